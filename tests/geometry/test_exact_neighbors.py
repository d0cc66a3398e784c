import numpy as np
import pytest

from al_core.exceptions import Cancelled
from al_core.geometry.exact_neighbors import ExactSearch, nearest_among, run_tasks, settled
from al_core.geometry.space import Space
from al_core.geometry.threads import n_cores, workers

LINE = np.array([[0.0], [1], [3], [7], [15], [31]], np.float32)
ROWS = np.arange(6)
SPACE = Space.from_embeddings(LINE, ROWS, normalize=False)


def test_a_row_has_the_nearest_others_on_a_line() -> None:
    search = ExactSearch(SPACE, ROWS, 2)
    [task] = search.tasks(ROWS)
    indices, distances = search.nearest(task)
    assert indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1], [3, 2], [4, 3]]
    assert distances[3].tolist() == [4, 6]


def test_neighbors_among_others_are_merged_from_all_parts() -> None:
    others = np.random.default_rng(0).normal(size=(900, 5)).astype(np.float32)
    space = Space.from_embeddings(others, np.arange(900), normalize=False)
    ticks: list[int] = []
    with workers() as pool:
        indices, _ = nearest_among(space, np.arange(3), np.arange(900), 4, pool, lambda: ticks.append(1))
    squares = ((others[:3, None] - others) ** 2).sum(axis=2)
    assert indices.tolist() == np.argsort(squares, axis=1)[:, 1:5].tolist()
    assert ticks


def test_settled_neighbors_are_sorted_and_the_lowest_row_comes_first_among_equals() -> None:
    neighbors = np.array([[3, 2, 0]], np.int32)
    indices, distances = settled(SPACE, SPACE.padded(np.array([1])), neighbors, 2)
    assert indices.tolist() == [[0, 2]]
    assert distances.tolist() == [[1, 2]]


def test_a_stop_leaves_the_tasks_that_wait_undone() -> None:
    done: list[int] = []

    def stop() -> None:
        raise Cancelled

    with workers() as pool, pytest.raises(Cancelled):
        list(run_tasks(pool, done.append, range(100), stop))
    assert len(done) <= 2 * n_cores()


def test_few_others_are_all_found_whichever_part_they_are_in() -> None:
    squares = np.arange(5, dtype=np.float32)[:, None] ** 2
    space = Space.from_embeddings(squares, np.arange(5), normalize=False)
    with workers() as pool:
        indices, distances = nearest_among(space, np.arange(5), np.arange(5), 1, pool)
    assert indices.ravel().tolist() == [1, 0, 1, 2, 3]
    assert distances.ravel().tolist() == [1, 1, 3, 5, 7]
