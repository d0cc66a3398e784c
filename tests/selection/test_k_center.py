from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry.space import Space, nearest_squared_distances
from al_core.geometry.threads import workers
from al_core.selection import point_pools
from al_core.selection.bounds import Bounds
from al_core.selection.k_center import KCenter
from al_core.selection.point_pools import PointPools

LINE = np.array([[0], [1], [5], [6], [10]], dtype=np.float32)
ROWS = np.arange(1, 5)


@pytest.fixture
def build() -> Iterator[Callable[..., KCenter]]:
    with workers() as pool:

        def of_rows(
            vectors: NDArray[Any], rows: NDArray[Any], centers: list[int], n_new: int, **options: Any
        ) -> KCenter:
            space = Space.from_embeddings(vectors, np.arange(len(vectors)), normalize=False)
            options = {"weights": np.ones(len(rows), np.float32), "least": np.float32(0), **options}
            bounds = Bounds(space, rows, vectors[np.array(centers)], n_new, pool, tick=lambda: None, **options)
            return KCenter(PointPools(bounds))

        yield of_rows


def pick_all(state: KCenter, n: int) -> list[int]:
    picked: list[int] = []
    while len(picked) < n and len(batch := state.pick(n - len(picked), lambda: None)):
        picked.extend(batch.tolist())
    return picked


def test_the_farthest_comes_first_and_the_lowest_among_equals(build: Callable[..., Any]) -> None:
    # 10; then 5 at 5 from both ends; then 1 and 6 at 1 from a center.
    assert pick_all(build(LINE, ROWS, [0], 4), 4) == [3, 1, 0, 2]


def test_it_ends_when_no_point_is_far_enough(build: Callable[..., Any]) -> None:
    assert pick_all(build(LINE, ROWS, [0], 4, least=np.float32(4)), 4) == [3, 1]


def test_a_weight_of_zero_comes_last_and_is_picked_all_the_same(build: Callable[..., Any]) -> None:
    weights = np.array([1, 1, 1, 0], dtype=np.float32)
    assert pick_all(build(LINE, ROWS, [0], 4, weights=weights), 4) == [2, 0, 1, 3]


def test_the_highest_value_is_the_squared_covering_radius(build: Callable[..., Any]) -> None:
    vectors = np.random.default_rng(0).normal(size=(3_000, 8)).astype(np.float32)
    rows = np.arange(100, 3_000)
    state = build(vectors, rows, range(100), 0)
    assert state.highest_value() == nearest_squared_distances(vectors[rows], vectors[:100]).max()


def test_no_point_has_no_value(build: Callable[..., Any]) -> None:
    assert build(LINE, np.empty(0, np.int64), [0, 1], 0).highest_value() == 0


@pytest.mark.parametrize("kind", ["normal", "grid"])
def test_the_size_of_pools_frontiers_and_batches_changes_no_pick(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=(2_000, 6)) if kind == "normal" else rng.integers(0, 4, (2_000, 6))
    vectors = numbers.astype(np.float32)
    rows = np.arange(5, 2_000)
    expected = pick_all(build(vectors, rows, range(5), 200), 200)
    monkeypatch.setattr(point_pools, "_FIRST_POOL", 3)
    monkeypatch.setattr(point_pools, "_LEAST_POOL", 2)
    monkeypatch.setattr(point_pools, "_MAX_PICKS", 4)
    monkeypatch.setattr(point_pools, "_BATCH_POINTS", 7)
    monkeypatch.setattr(point_pools, "_POOLS_IN_FRONTIER", 2)
    monkeypatch.setattr(point_pools, "_POINTS_PER_FRONTIER_POINT", 1_000)
    assert pick_all(build(vectors, rows, range(5), 200), 200) == expected
