import numpy as np
import pytest
from numpy.typing import DTypeLike

from al_core.exceptions import Cancelled, InvalidInputError
from al_core.geometry import neighbors
from al_core.geometry.neighbors import nearest_neighbors


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


def test_large_data_finds_nineteen_of_twenty_true_neighbors_through_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(60, 12))[rng.integers(0, 60, 5000)] + 0.4 * rng.normal(size=(5000, 12))
    exact = nearest_neighbors(embeddings, 10)
    monkeypatch.setattr(neighbors, "_EXACT_ROWS", 1000)
    graph = nearest_neighbors(embeddings, 10)
    recall = np.mean([len(np.intersect1d(a, b)) for a, b in zip(exact.indices, graph.indices, strict=True)]) / 10
    assert recall >= 0.95
    assert (graph.indices >= 0).all()
    np.testing.assert_array_equal(graph.indices, nearest_neighbors(embeddings, 10).indices)


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
