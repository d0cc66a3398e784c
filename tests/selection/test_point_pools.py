from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from al_core.geometry.space import Space, nearest_squared_distances
from al_core.geometry.threads import workers
from al_core.selection.bounds import Bounds
from al_core.selection.point_pools import PointPools
from al_core.selection.pools import NO_RIVAL, Outcome

LINE = np.array([[0], [1], [5], [6], [10], [5]], dtype=np.float32)


@pytest.fixture
def build() -> Iterator[Callable[..., PointPools]]:
    with workers() as pool:

        def of_rows(vectors: Any, rows: Any, centers: list[int], n_new: int = 2) -> PointPools:
            space = Space.from_embeddings(vectors, np.arange(len(vectors)), normalize=False)
            options: dict[str, Any] = {"weights": np.ones(len(rows), np.float32), "least": np.float32(0)}
            return PointPools(Bounds(space, rows, vectors[centers], n_new, pool, tick=lambda: None, **options))

        yield of_rows


def test_a_pool_holds_the_points_of_the_highest_values_and_their_distances(build: Callable[..., Any]) -> None:
    # Distances from 0 squared: 1, 25, 36, 100, 25.
    pool = build(LINE, np.arange(1, 6), [0]).find(2, lambda: None)
    assert set(pool.points.tolist()) >= {2, 3}
    assert pool.floor <= 36
    assert pool.nearest[np.isin(pool.points, [2, 3])].tolist() == [36, 100]


def test_no_point_outside_is_above_the_floor(build: Callable[..., Any]) -> None:
    vectors = np.random.default_rng(0).normal(size=(9_000, 5)).astype(np.float32)
    rows = np.arange(10, 9_000)
    pool = build(vectors, rows, list(range(10))).find(20, lambda: None)
    values = nearest_squared_distances(vectors[rows], vectors[:10])
    assert np.setdiff1d(np.flatnonzero(values > pool.floor), pool.points).tolist() == []
    np.testing.assert_array_equal(pool.nearest, values[pool.points])


def test_equal_points_that_do_not_fit_leave_the_lowest_as_a_rival(build: Callable[..., Any]) -> None:
    vectors = np.ones((9_000, 3), np.float32)
    vectors[0] = 0
    pool = build(vectors, np.arange(1, 9_000), [0]).find(3, lambda: None)
    assert pool.rival == len(pool.points)
    assert pool.n_eligible == len(pool.points)


def test_points_that_were_picked_are_not_offered_again(build: Callable[..., Any]) -> None:
    finder = build(LINE, np.arange(1, 6), [0])
    pool = finder.find(9, lambda: None)
    place = pool.points.tolist().index(3)
    nearest = pool.nearest.copy()
    nearest[place] = -1
    outcome = Outcome(np.array([place]), LINE[[4]], nearest, np.zeros(len(pool.points), np.int64))
    finder.settle(pool, outcome)
    left = finder.find(9, lambda: None)
    assert dict(zip(left.points.tolist(), left.nearest.tolist(), strict=True)) == {0: 1, 1: 25, 2: 16, 4: 25}


def test_closed_points_are_not_offered(build: Callable[..., Any]) -> None:
    finder = build(LINE, np.arange(1, 6), [0])
    finder.close(np.arange(5))
    pool = finder.find(9, lambda: None)
    assert (pool.points.tolist(), pool.rival) == ([], NO_RIVAL)
