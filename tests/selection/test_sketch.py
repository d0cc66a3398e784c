from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from al_core.config import SelectionConfig
from al_core.geometry import threads
from al_core.geometry.principal import dominant_subspace
from al_core.geometry.space import Space
from al_core.selection.farthest_first import FarthestFirst, fast_farthest_first, plain_farthest_first
from al_core.selection.request import Request
from al_core.selection.sketch import Sketches

Draw: TypeAlias = Callable[[np.random.Generator, int, int], NDArray[Any]]

SPREADS: dict[str, Draw] = {
    "few directions": lambda rng, n, d: rng.normal(size=(n, 12)) @ rng.normal(size=(12, d)) + 0.1 * rng.random((n, d)),
    "many directions": lambda rng, n, d: rng.normal(size=(n, d)),
    "one direction": lambda rng, n, d: rng.normal(size=(n, 1)) * np.ones(d),
    "misleading sample": lambda rng, n, d: np.where(
        np.arange(n)[:, None] % 3 > 0, np.outer(rng.normal(size=n), np.ones(d)), 0.5 * rng.normal(size=(n, d))
    ),
    "far from zero": lambda rng, n, d: 50 + rng.normal(size=(n, 12)) @ rng.normal(size=(12, d)),
    "near duplicates": lambda rng, n, d: (
        (rng.normal(size=(n // 5 + 1, 12)) @ rng.normal(size=(12, d))).repeat(5, 0)[:n] + 1e-4 * rng.random((n, d))
    ),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("spread", SPREADS)
def test_sketches_of_long_vectors_change_no_row(
    request_for: Callable[..., Request], spread: str, normalize: bool, dtype: DTypeLike
) -> None:
    vectors = SPREADS[spread](np.random.default_rng(2), 900, 270).astype(dtype)
    config = SelectionConfig("CORESET", 250, normalize=normalize)
    request = request_for(vectors, config, labeled=range(0, 900, 20))
    task = FarthestFirst.from_request(request, np.ones(855, np.float32))
    np.testing.assert_array_equal(fast_farthest_first(task), plain_farthest_first(task))


EXTREMES: dict[str, Draw] = {
    "equal": lambda rng, n, d: np.full((n, d), 0.3),
    "zeros": lambda rng, n, d: np.zeros((n, d)),
    "all sizes": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * 10 ** rng.uniform(-3, 3, (n, 1)),
    "longest allowed": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * 3e15,
    "mostly zeros": lambda rng, n, d: SPREADS["few directions"](rng, n, d) * (rng.random((n, 1)) < 0.1),
}


@pytest.mark.parametrize("extreme", EXTREMES)
def test_sketches_of_extreme_vectors_change_no_row(request_for: Callable[..., Request], extreme: str) -> None:
    vectors = EXTREMES[extreme](np.random.default_rng(4), 900, 270).astype(np.float32)
    request = request_for(vectors, SelectionConfig("CORESET", 250, normalize=False), labeled=[3])
    task = FarthestFirst.from_request(request, np.ones(899, np.float32))
    np.testing.assert_array_equal(fast_farthest_first(task), plain_farthest_first(task))


@pytest.mark.parametrize("spread", SPREADS)
def test_the_product_of_two_sketches_is_at_least_that_of_their_vectors(spread: str) -> None:
    vectors = SPREADS[spread](np.random.default_rng(3), 600, 270).astype(np.float32)
    rows = np.arange(600)
    space = Space.from_embeddings(vectors, rows, normalize=False)
    with threads.workers() as pool:
        basis = dominant_subspace(lambda: [vectors[:300]], 270, 31, 2, np.random.default_rng(0))
        sketches = Sketches(space, basis, rows, 100, pool)
        sketches.append(slice(0, 100), vectors[:100])
    exact = vectors.astype(np.float64)
    slack = sketches.tolerance * (space.norms[:, None] + space.norms[:100]) / 2
    assert np.all(sketches.points @ sketches.centers.T + slack >= exact @ exact[:100].T)
