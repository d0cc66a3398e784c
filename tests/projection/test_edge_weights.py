from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.projection import edge_weights
from al_core.projection.edge_weights import mutual_weights, weights_to_landmarks


def bandwidths(distances: NDArray[np.float64], nearest: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Bisection over all rows at once."""
    low, high = np.zeros(len(distances)), np.full(len(distances), 1e6)
    for _ in range(100):
        middle = (low + high) / 2
        with np.errstate(under="ignore"):
            total = np.exp(-np.maximum(distances - nearest[:, None], 0) / middle[:, None]).sum(axis=1)
        low, high = np.where(total < target, middle, low), np.where(total < target, high, middle)
    return low


def test_connections_are_1_to_the_nearest_and_sum_to_log2_of_all_that_count() -> None:
    graph = NeighborGraph(np.array([[1, 2, 3]], np.int32), np.array([[2, 3, 4]], np.float32))
    weights = weights_to_landmarks(graph)[0]
    # To landmarks no neighbor counts as connected by 1, and the first is left out of the sum: e^-3/b + e^-4/b = log2 3.
    assert weights[1] + weights[2] == pytest.approx(np.log2(3), abs=1e-4)
    assert np.log(weights[0]) / 2 == pytest.approx(np.log(weights[1]) / 3, rel=1e-4)


def test_a_row_that_equals_all_its_landmarks_is_connected_by_1_to_each() -> None:
    graph = NeighborGraph(np.array([[1, 2], [3, 4]], np.int32), np.array([[0, 0], [2, 3]], np.float32))
    assert weights_to_landmarks(graph)[0].tolist() == [1, 1]


def test_two_pairs_are_connected_by_1_within_and_less_to_each_other() -> None:
    # On a line at 0, 1, 10 and 11; of two neighbors and the row itself the connections sum to log2(3), so the farther
    # one gets log2(3) - 1 = 0.585. Rows 1 and 2 both see their edge: 2 * 0.585 - 0.585² = 0.828.
    graph = nearest_neighbors(np.array([[0.0], [1], [10], [11]]), 2, normalize=False)
    far = np.log2(3) - 1
    both = 2 * far - far**2
    expected = [[0, 1, far, 0], [1, 0, both, far], [far, both, 0, 1], [0, far, 1, 0]]
    np.testing.assert_allclose(mutual_weights(graph).toarray(), expected, atol=1e-4)


def test_an_edge_that_two_rows_see_differently_gets_the_probability_that_one_sees_it() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 3))
    graph = nearest_neighbors(rows, 5, normalize=False)
    distances = graph.distances.astype(np.float64)
    nearest = distances[:, 0]
    bandwidth = bandwidths(distances, nearest, np.log2(6))
    seen = np.zeros((60, 60))
    connection = np.exp(-np.maximum(distances - nearest[:, None], 0) / bandwidth[:, None])
    np.put_along_axis(seen, graph.indices.astype(np.int64), connection, axis=1)
    np.testing.assert_allclose(mutual_weights(graph).toarray(), seen + seen.T - seen * seen.T, atol=1e-4)


def test_rows_that_are_all_equal_are_connected_by_1() -> None:
    graph = nearest_neighbors(np.ones((20, 3)), 14)
    assert set(mutual_weights(graph).data.tolist()) == {1.0}


def test_two_jobs_at_once_get_the_same_weights() -> None:
    graph = nearest_neighbors(np.random.default_rng(0).normal(size=(500, 3)), 14)
    with ThreadPoolExecutor(2) as jobs:
        first, second = jobs.map(mutual_weights, [graph, graph])
    assert (first != second).nnz == 0


def test_a_umap_learn_whose_functions_cannot_be_cached_serves_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from umap import umap_

    graph = NeighborGraph(np.array([[1, 2, 3]], np.int32), np.array([[2, 3, 4]], np.float32))
    expected = weights_to_landmarks(graph)
    monkeypatch.setattr(umap_, "smooth_knn_dist", umap_.smooth_knn_dist.py_func)
    edge_weights._umap.cache_clear()
    np.testing.assert_allclose(weights_to_landmarks(graph), expected, atol=1e-4)
