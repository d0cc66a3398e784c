import numpy as np
import pytest

from al_core.exceptions import Cancelled
from al_core.nearest import nearest


def test_nearest_corpus_rows_come_first_with_their_distances() -> None:
    corpus = np.array([[0, 0], [3, 4], [0, 1]], np.float32)
    indices, distances = nearest(np.zeros((1, 2), np.float32), corpus, 3)
    assert indices.tolist() == [[0, 2, 1]]
    assert distances.tolist() == [[0, 1, 5]]


def test_nearest_agrees_with_sorting_all_distances() -> None:
    rng = np.random.default_rng(0)
    queries, corpus = rng.normal(size=(150, 7)).astype(np.float32), rng.normal(size=(300, 7)).astype(np.float32)
    _, distances = nearest(queries, corpus, 12)
    every = np.linalg.norm(queries[:, None].astype(float) - corpus, axis=2)
    np.testing.assert_allclose(distances, np.sort(every, axis=1)[:, :12], rtol=1e-5)


def test_near_duplicates_keep_their_small_distance() -> None:
    rows = np.full((2, 512), 100, np.float32)
    rows[1, 0] += np.float32(0.001)
    _, distances = nearest(rows, rows, 2)
    np.testing.assert_allclose(distances[:, 1], 0.001, rtol=0.05)


def test_search_stops_when_cancelled() -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        nearest(np.zeros((4, 2), np.float32), np.zeros((4, 2), np.float32), 1, progress=cancel)
