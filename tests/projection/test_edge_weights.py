import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
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
    weights = weights_to_landmarks(np.array([0]), graph, 4).toarray()[0]
    # To landmarks no neighbor counts as connected by 1, and the first is left out of the sum: e^-3/b + e^-4/b = log2 3.
    assert weights[2] + weights[3] == pytest.approx(np.log2(3), abs=1e-4)
    assert np.log(weights[1]) / 2 == pytest.approx(np.log(weights[2]) / 3, rel=1e-4)


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


def with_duplicates() -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(1_500, 12)).astype(np.float32)
    rows[100:130] = rows[7]
    return rows


@pytest.mark.filterwarnings("ignore::ImportWarning")  # umap asks for Tensorflow
def test_weights_are_those_of_umap_learn_to_the_last_bit() -> None:
    from umap import umap_

    graph = nearest_neighbors(with_duplicates(), 14)
    own = np.arange(len(graph.indices), dtype=np.int32)[:, None]
    indices = np.hstack([own, graph.indices])
    distances = np.hstack([np.zeros(own.shape, np.float32), graph.distances])
    expected, _, _ = umap_.fuzzy_simplicial_set(indices, 15, None, "", knn_indices=indices, knn_dists=distances)
    weights = mutual_weights(graph)
    assert (weights != expected).nnz == 0
    assert weights.dtype == np.float32


def test_rows_that_are_all_equal_are_connected_by_1() -> None:
    graph = nearest_neighbors(np.ones((20, 3)), 14)
    assert set(mutual_weights(graph).data.tolist()) == {1.0}
