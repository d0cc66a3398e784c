from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.geometry import threads
from al_core.geometry.space import squared_distances
from al_core.selection.farthest_first import (
    FarthestFirst,
    compiled_farthest_first,
    fast_farthest_first,
    plain_farthest_first,
)
from al_core.selection.request import Request

KINDS: dict[str, Callable[[np.random.Generator, int, int], NDArray[Any]]] = {
    "gaussian": lambda rng, n, d: rng.normal(size=(n, d)),
    "grid": lambda rng, n, d: rng.integers(0, 3, (n, d)),
    "equal": lambda rng, n, d: np.full((n, d), 0.3),
    "corners": lambda rng, n, d: np.eye(n, d),
    "near duplicates": lambda rng, n, d: rng.normal(size=(n // 5 + 1, d)).repeat(5, 0)[:n] + 1e-4 * rng.random((n, d)),
    "far from zero": lambda rng, n, d: 100 + rng.normal(size=(n, d)),
    "all sizes": lambda rng, n, d: rng.normal(size=(n, d)) * 10 ** rng.uniform(-3, 3, (n, 1)),
}


def reference(vectors: np.ndarray, centers: np.ndarray, weights: np.ndarray, n: int, least: float) -> list[int]:
    """Greedy k-center in ten lines."""
    picked: list[int] = []
    free = np.ones(len(vectors), bool)
    nearest = np.min([squared_distances(vectors, center) for center in centers], axis=0)
    while len(picked) < n and (free & (nearest >= np.float32(least))).any():
        values = np.where(free & (nearest >= np.float32(least)), weights * nearest, -1)
        picked.append(int(np.argmax(values)))
        free[picked[-1]] = False
        nearest = np.minimum(nearest, squared_distances(vectors, vectors[picked[-1]]))
    return picked


@settings(max_examples=120)
@given(st.data())
def test_fast_compiled_and_plain_k_center_equal_ten_lines_of_numpy(
    request_for: Callable[..., Request], data: st.DataObject
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, dim, n_labeled = data.draw(st.integers(2, 300)), data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    vectors = KINDS[data.draw(st.sampled_from(sorted(KINDS)))](rng, n, dim).astype(np.float32)
    labeled = rng.permutation(n)[: min(n_labeled, n - 1)]
    spacing = data.draw(st.sampled_from([-1.0, 0.0, 0.5, 2.0]))
    total = len(labeled) + data.draw(st.integers(1, n - len(labeled)))
    weights = rng.choice(np.array(data.draw(st.sampled_from([[1], [0, 0.25, 1]])), np.float32), n - len(labeled))
    request = request_for(vectors, SelectionConfig("CORESET", total, spacing, normalize=False), labeled=labeled)
    task = FarthestFirst.from_request(request, weights)
    candidates = task.candidates
    expected = candidates[
        reference(vectors[candidates], vectors[task.centers], weights, task.n_new, max(spacing, 0) ** 2)
    ]
    for pick in (fast_farthest_first, compiled_farthest_first, plain_farthest_first):
        np.testing.assert_array_equal(pick(task), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_rows_give_the_rows_of_the_plain_loop_for_any_number_of_threads(
    request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    vectors = KINDS[kind](np.random.default_rng(1), 6000, 20).astype(np.float32)
    request = request_for(vectors, SelectionConfig("CORESET", 300, normalize=False), labeled=[7, 4000])
    task = FarthestFirst.from_request(request, np.ones(5998, np.float32))
    expected = plain_farthest_first(task)
    for n_threads in (1, 3):
        monkeypatch.setattr(threads, "n_cores", lambda n=n_threads: n)
        np.testing.assert_array_equal(fast_farthest_first(task), expected)
