from typing import Any

import numpy as np
import pytest

from al_core.geometry import kernels
from al_core.geometry.space import Space, nearest_squared_distances
from al_core.selection import vectors as vectors_module
from al_core.selection.vectors import LocalVectors

NUMBERS = np.random.default_rng(0).normal(size=(700, 9)).astype(np.float32)
ROWS = np.arange(100, 700)


def local(numbers: Any = NUMBERS, *, normalize: bool = False) -> LocalVectors:
    return LocalVectors(Space.from_embeddings(numbers, np.arange(len(numbers)), normalize=normalize))


def test_vectors_come_in_the_scale_of_the_space() -> None:
    vectors = local(np.array([[3.0, 4.0], [0.0, 2.0]]), normalize=True)
    assert vectors.dim == 2
    np.testing.assert_allclose(vectors.read(np.array([1, 0])), [[0.0, 1.0], [0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("is_small", [True, False])
def test_the_nearest_of_other_vectors_is_exact_in_numpy_and_in_products(
    monkeypatch: pytest.MonkeyPatch, is_small: bool
) -> None:
    kernels.load()
    monkeypatch.setattr(vectors_module, "is_small", lambda *sizes: is_small)
    nearest = local().nearest(ROWS, NUMBERS[:100])
    np.testing.assert_array_equal(nearest, nearest_squared_distances(NUMBERS[ROWS], NUMBERS[:100]))


def test_a_search_picks_the_farthest() -> None:
    line = np.array([[0], [1], [5], [6], [10]], np.float32)
    rows = np.arange(1, 5)
    with local(line).search(rows, np.array([0]), 2, weights=np.ones(4, np.float32)) as search:
        assert search.pick(2, lambda: None).tolist() == [3, 1]


def test_spacing_admits_what_keeps_its_distance() -> None:
    line = np.array([[0], [1], [2], [3]], np.float32)
    vectors = local(line)
    in_order = vectors.spacing(np.array([0]), np.float32(4))
    assert [row for row in (1, 2, 3) if in_order.admits(row)] == [2]
    in_any_order = vectors.spacing_among(np.arange(1, 4), np.array([0]), np.float32(4))
    assert [row for row in (3, 2, 1) if in_any_order.admits(row)] == [3]
