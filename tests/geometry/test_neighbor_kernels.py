from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from al_core.geometry.neighbor_kernels import keep_nearest, sort_exactly


@pytest.mark.parametrize("run", [keep_nearest, keep_nearest.py_func], ids=["compiled", "python"])
def test_the_nearest_of_all_blocks_stay(run: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 5)).astype(np.float32)
    own = np.arange(6)
    neighbors = np.full((6, 4), -1, np.int32)
    distances = np.full((6, 4), np.inf, np.float32)
    for start in range(0, 40, 16):
        others = np.arange(start, min(start + 16, 40))
        run(neighbors, distances, own, vectors[own] @ vectors[others].T, others, (vectors[others] ** 2).sum(axis=1))
    squares = ((vectors[own, None] - vectors) ** 2).sum(axis=2)
    squares[own, own] = np.inf
    assert np.sort(neighbors, axis=1).tolist() == np.sort(np.argsort(squares, axis=1)[:, :4], axis=1).tolist()
    # The farthest is at the root; the row's own squared norm is left out.
    norms = (vectors[own] ** 2).sum(axis=1)
    np.testing.assert_allclose(distances[:, 0] + norms, np.sort(squares, axis=1)[:, 3], rtol=1e-4)


@pytest.mark.parametrize("run", [keep_nearest, keep_nearest.py_func], ids=["compiled", "python"])
def test_a_row_is_not_its_own_neighbor(run: Callable[..., Any]) -> None:
    neighbors = np.full((1, 1), -1, np.int32)
    distances = np.full((1, 1), np.inf, np.float32)
    points = np.array([[0], [0], [3]], dtype=np.float32)
    run(
        neighbors,
        distances,
        np.array([1]),
        points[1:2] @ points[1:].T,
        np.array([1, 2]),
        np.array([0, 9], dtype=np.float32),
    )
    assert (neighbors.tolist(), distances.tolist()) == ([[2]], [[9]])


def test_exact_distances_sort_each_row_and_the_lowest_row_comes_first_among_equals() -> None:
    line = np.zeros((4, 16), np.float32)
    line[:, 0] = [0, 2, -1, 1]
    neighbors = np.array([[1, 3, 2]], np.int32)
    distances = np.array([[9, 9, 9]], dtype=np.float32)
    sort_exactly(neighbors, distances, line[:1], line[neighbors[0]])
    assert neighbors.tolist() == [[2, 3, 1]]
    assert distances.tolist() == [[1, 1, 4]]
