from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.geometry.space import Source, squared_distances
from al_core.selection.loop_kernels import by_columns, by_rows, lower, pick

UNSEEN = np.finfo(np.float32).max
LINE = np.array([[0], [1], [5], [6]], dtype=np.float32)


def ways(vectors: NDArray[Any]) -> dict[str, Any]:
    return {"columns": by_columns(vectors), "rows": by_rows(Source.from_vectors(vectors))}


def padded(vector: list[float] | NDArray[Any]) -> NDArray[Any]:
    center = np.zeros((1, -(-len(vector) // 16) * 16), np.float32)
    center[0, : len(vector)] = vector
    return center


def test_columns_stand_side_by_side_in_blocks_of_256() -> None:
    vectors = np.arange(600, dtype=np.float32).reshape(300, 2)
    columns = by_columns(vectors).columns
    assert columns.shape == (2, 2, 256)
    assert columns[1, :, 43].tolist() == vectors[299].tolist()
    assert not columns[1, :, 44:].any()


@pytest.mark.parametrize("way", ["columns", "rows"])
def test_the_farthest_point_wins_and_the_lowest_among_equals(way: str) -> None:
    nearest = np.full(4, UNSEEN, np.float32)
    points = ways(LINE)[way]
    assert lower(points, padded([3.0]), nearest, np.ones(4, np.float32), np.float32(0)) == 0
    assert nearest.tolist() == [9, 4, 4, 9]
    assert lower(points, padded([0.0]), nearest, np.ones(4, np.float32), np.float32(0)) == 3
    assert nearest.tolist() == [0, 1, 4, 9]


@pytest.mark.parametrize("way", ["columns", "rows"])
def test_a_weight_multiplies_the_squared_distance_and_a_near_point_counts_for_nothing(way: str) -> None:
    weights = np.array([1, 1, 3, 1], dtype=np.float32)
    nearest = np.array([9, 4, 4, 9], dtype=np.float32)
    points = ways(LINE)[way]
    assert lower(points, padded([100.0]), nearest, weights, np.float32(0)) == 2
    assert lower(points, padded([100.0]), nearest, weights, np.float32(5)) == 0
    assert lower(points, padded([100.0]), nearest, weights, np.float32(10)) == -1


@pytest.mark.parametrize("way", ["columns", "rows"])
def test_picks_go_on_until_there_is_no_room_or_no_point_far_enough(way: str) -> None:
    points = ways(LINE)[way]
    picked = np.empty(2, np.int64)
    nearest = np.full(4, UNSEEN, np.float32)
    # From 0 the farthest is 6, then 5 and 1 are both at 1 from a center: the lower one comes next.
    assert pick(points, 0, picked, nearest, np.ones(4, np.float32), np.float32(0)) == (2, 1)
    assert picked.tolist() == [0, 3]
    nearest = np.full(4, UNSEEN, np.float32)
    room = np.empty(4, np.int64)
    assert pick(points, 0, room, nearest, np.ones(4, np.float32), np.float32(4)) == (2, -1)


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 600), st.integers(0, 2**32 - 1))
def test_both_ways_lower_to_the_exact_distance(dim: int, n: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    expected = squared_distances(vectors, vectors[0])
    for points in ways(vectors).values():
        nearest = np.full(n, UNSEEN, np.float32)
        best = lower(points, padded(vectors[0]), nearest, np.ones(n, np.float32), np.float32(0))
        np.testing.assert_array_equal(nearest, expected)
        assert best == expected.argmax()
