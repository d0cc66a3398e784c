from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from al_core.exceptions import Cancelled, InvalidInputError
from al_core.geometry import neighbors, threads
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors, nearest_within
from al_core.geometry.space import Space
from al_core.geometry.threads import workers


def brute_force(vectors: np.ndarray, k: int) -> np.ndarray:
    squares = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    return np.argsort(squares, axis=1, kind="stable")[:, :k]


def test_neighbors_on_a_line_come_nearest_first_without_the_row_itself() -> None:
    graph = nearest_neighbors(np.array([[0.0], [1.0], [3.0], [7.0]]), 2, normalize=False)
    assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert graph.distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]
    assert (graph.indices.dtype, graph.distances.dtype) == (np.dtype(np.int32), np.dtype(np.float32))


def test_a_few_rows_have_as_many_neighbors_as_there_are_others() -> None:
    assert nearest_neighbors(np.array([[1.0, 0.0], [0.0, 1.0]]), 32).indices.tolist() == [[1], [0]]
    assert nearest_neighbors(np.array([[1.0, 0.0]]), 32).indices.shape == (1, 0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_small_data_gets_its_exact_neighbors(dtype: DTypeLike) -> None:
    embeddings = np.random.default_rng(0).normal(size=(1200, 19)).astype(dtype)
    graph = nearest_neighbors(embeddings, 7)
    unit = embeddings.astype(np.float64) / np.linalg.norm(embeddings.astype(np.float64), axis=1, keepdims=True)
    assert (graph.indices == brute_force(unit, 7)).mean() > 0.999


def test_duplicates_a_ten_thousandth_apart_find_each_other_at_that_distance() -> None:
    base = np.random.default_rng(0).normal(size=(400, 32))
    shifted = base + np.eye(32)[0] * 1e-4
    graph = nearest_neighbors(np.concatenate([base, shifted]), 1, normalize=False)
    assert graph.indices[:400, 0].tolist() == list(range(400, 800))
    np.testing.assert_allclose(graph.distances, 1e-4, rtol=1e-2)


def overlapping_clusters(n_rows: int = 5_000) -> NDArray[np.float64]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 12))[rng.integers(0, 60, n_rows)] + 0.4 * rng.normal(size=(n_rows, 12))


def recall(graph: NeighborGraph, exact: NeighborGraph) -> float:
    """Share of neighbors that are as near as the last true one: among equals any will do."""
    return float((graph.distances <= exact.distances[:, -1:] * (1 + 1e-4) + 1e-6).mean())


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbors, "_EXACT_ROWS", 1_000)


@pytest.mark.usefixtures("is_large")
def test_large_data_finds_nineteen_of_twenty_true_neighbors_in_lists() -> None:
    embeddings = overlapping_clusters()
    graph = nearest_neighbors(embeddings, 10)
    space = Space.from_embeddings(embeddings, np.arange(5_000), normalize=True)
    with workers() as pool:
        exact = nearest_within(space, np.arange(5_000), np.arange(5_000), 10, pool)
    assert 0.95 <= recall(graph, exact) < 1
    assert (graph.indices >= 0).all()
    assert (graph.indices != np.arange(5_000)[:, None]).all()
    assert (np.diff(graph.distances) >= 0).all()
    expected = np.linalg.norm(
        space.vectors(np.arange(5_000))[graph.indices[:, 3]] - space.vectors(np.arange(5_000)), axis=1
    )
    np.testing.assert_allclose(graph.distances[:, 3], expected, rtol=1e-5)


@pytest.mark.usefixtures("is_large")
def test_one_thread_and_two_find_the_same_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings = np.concatenate([overlapping_clusters(), np.ones((300, 12))])
    monkeypatch.setattr(threads, "n_cores", lambda: 1)
    expected = nearest_neighbors(embeddings, 10)
    monkeypatch.setattr(threads, "n_cores", lambda: 2)
    graph = nearest_neighbors(embeddings, 10)
    np.testing.assert_array_equal(graph.indices, expected.indices)
    np.testing.assert_array_equal(graph.distances, expected.distances)


@pytest.mark.usefixtures("is_large")
def test_two_jobs_at_once_find_the_graph_of_one() -> None:
    embeddings = overlapping_clusters()
    with ThreadPoolExecutor(2) as jobs:
        first, second = jobs.map(lambda rows: nearest_neighbors(rows, 10), [embeddings, embeddings])
    np.testing.assert_array_equal(first.indices, second.indices)


@pytest.mark.usefixtures("is_large")
def test_the_caller_keeps_its_threads_of_faiss() -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    nearest_neighbors(overlapping_clusters(), 10)
    assert faiss.omp_get_max_threads() == before


@pytest.mark.usefixtures("is_large")
def test_neighbors_of_data_without_structure_are_exact() -> None:
    embeddings = np.random.default_rng(0).normal(size=(2_000, 64))
    graph = nearest_neighbors(embeddings, 5, normalize=False)
    assert (graph.indices == brute_force(embeddings, 5)).mean() > 0.999


@pytest.mark.usefixtures("is_large")
@pytest.mark.parametrize("n_copies", [8, 40, 3_000])
def test_copies_have_each_other_and_other_rows_have_few_of_them(n_copies: int) -> None:
    embeddings = overlapping_clusters(6_000)
    copies = np.random.default_rng(1).permutation(6_000)[:n_copies]
    embeddings[copies] = embeddings[copies[0]]
    graph = nearest_neighbors(embeddings, 10, normalize=False)
    assert (graph.indices != np.arange(6_000)[:, None]).all()
    assert all(len(set(row)) == 10 for row in graph.indices.tolist())
    n_equal = min(10, n_copies - 1)
    assert np.isin(graph.indices[copies][:, :n_equal], copies).all()
    assert not graph.distances[copies][:, :n_equal].any()
    space = Space.from_embeddings(embeddings, np.arange(6_000), normalize=False)
    with workers() as pool:
        exact = nearest_within(space, np.arange(6_000), np.arange(6_000), 10, pool)
    assert recall(graph, exact) >= 0.95


@pytest.mark.usefixtures("is_large")
def test_a_large_set_of_equal_rows_is_no_work() -> None:
    graph = nearest_neighbors(np.ones((3_000, 4)), 3)
    assert graph.indices[[0, 1, 2_999]].tolist() == [[1, 2, 3], [2, 3, 4], [0, 1, 2]]
    assert not graph.distances.any()


@pytest.mark.usefixtures("is_large")
def test_zeros_with_either_sign_are_equal() -> None:
    embeddings = overlapping_clusters(2_000)
    embeddings[:60] = 0
    embeddings[:60:2] *= -1.0
    assert (nearest_neighbors(embeddings, 10, normalize=False).indices[:60] < 60).all()


@pytest.mark.usefixtures("is_large")
@pytest.mark.parametrize("value", [np.nan, np.inf, 0])
def test_a_row_that_cannot_be_measured_is_refused_in_large_data_too(value: float) -> None:
    embeddings = overlapping_clusters(2_000)
    embeddings[1_234] = value
    with pytest.raises(InvalidInputError, match="embedding of row 1234"):
        nearest_neighbors(embeddings, 10)


@pytest.mark.usefixtures("is_large")
def test_progress_rises_to_the_total_and_a_cancel_stops_at_any_point() -> None:
    calls: list[tuple[int, int]] = []
    nearest_neighbors(overlapping_clusters(), 10, progress=lambda done, total: calls.append((done, total)))
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert calls[-1] == (10_000, 10_000)
    assert {total for _, total in calls} == {10_000}

    for last in (0, len(calls) // 2, len(calls) - 1):
        remaining = iter(range(last))

        def cancel(done: int, total: int) -> None:
            if next(remaining, None) is None:  # noqa: B023 - called within this round
                raise Cancelled

        with pytest.raises(Cancelled):
            nearest_neighbors(overlapping_clusters(), 10, progress=cancel)


def test_progress_counts_rows_and_may_stop_the_work() -> None:
    calls = []
    nearest_neighbors(np.eye(600), 3, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (600, 600)

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        nearest_neighbors(np.eye(600), 3, progress=cancel)


def test_bad_input_is_named() -> None:
    with pytest.raises(InvalidInputError, match="1 or more, not 0"):
        nearest_neighbors(np.eye(3), 0)
    with pytest.raises(InvalidInputError, match="row 1 is not finite"):
        nearest_neighbors(np.array([[1.0], [np.nan]]), 1)
