import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.exceptions import InvalidInputError
from al_core.explore.polygon import rows_in_polygon

SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])


def test_points_inside_a_square_are_found_in_ascending_order() -> None:
    points = np.array([[2, 0.5], [0.9, 0.1], [0.5, 0.5], [-0.1, 0.5]], np.float32)
    assert rows_in_polygon(points, SQUARE).tolist() == [1, 2]


def test_direction_and_first_vertex_of_the_outline_do_not_matter() -> None:
    points = np.random.default_rng(0).uniform(-1, 2, size=(200, 2))
    expected = rows_in_polygon(points, SQUARE)
    assert np.array_equal(rows_in_polygon(points, SQUARE[::-1]), expected)
    assert np.array_equal(rows_in_polygon(points, np.roll(SQUARE, 1, axis=0)), expected)


def test_a_repeated_last_vertex_changes_nothing() -> None:
    points = np.random.default_rng(0).uniform(-1, 2, size=(200, 2))
    closed = np.vstack([SQUARE, SQUARE[:1]])
    assert np.array_equal(rows_in_polygon(points, closed), rows_in_polygon(points, SQUARE))


def test_the_notch_of_a_concave_outline_is_outside() -> None:
    arrow = np.array([[0, 0], [2, 2], [4, 0], [2, 4]])
    assert rows_in_polygon(np.array([[2, 1], [2, 3]]), arrow).tolist() == [1]


def test_the_twice_enclosed_part_of_a_crossing_outline_is_outside() -> None:
    turns = np.deg2rad(90 + 144 * np.arange(5))
    star = np.column_stack([np.cos(turns), np.sin(turns)])
    assert rows_in_polygon(np.array([[0, 0], [0, 0.8]]), star).tolist() == [1]


def test_fewer_than_three_vertices_enclose_nothing() -> None:
    points = np.zeros((1, 2))
    assert rows_in_polygon(points, np.empty((0, 2))).tolist() == []
    assert rows_in_polygon(points, np.array([[-1, 0], [1, 0]])).tolist() == []


def test_nan_points_are_never_inside() -> None:
    assert rows_in_polygon(np.array([[np.nan, 0.5], [0.5, 0.5]], np.float32), SQUARE).tolist() == [1]


def test_no_points_give_no_rows() -> None:
    assert rows_in_polygon(np.empty((0, 2), np.float32), SQUARE).tolist() == []


@given(st.lists(st.tuples(*[st.integers(0, 8).map(lambda n: n / 4)] * 2), max_size=30))
def test_neighboring_squares_share_no_point_and_lose_none(points: list[tuple[float, float]]) -> None:
    placed = np.array(points, float).reshape(-1, 2)
    left, right = rows_in_polygon(placed, SQUARE), rows_in_polygon(placed, SQUARE + np.array([1, 0]))
    both = rows_in_polygon(placed, SQUARE * [2, 1])
    assert sorted([*left, *right]) == both.tolist()


@given(st.integers(0, 1_000))
def test_two_triangles_of_a_square_share_no_point_and_lose_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners, points = rng.uniform(size=(4, 2)) + 3 * SQUARE, rng.uniform(0, 4, size=(60, 2))
    on_the_cut = corners[0] + rng.uniform(size=(20, 1)) * (corners[2] - corners[0])
    points = np.vstack([points, on_the_cut, corners])
    both = [rows_in_polygon(points, corners[[0, 1, 2]]), rows_in_polygon(points, corners[[2, 3, 0]])]
    assert sorted(np.concatenate(both)) == rows_in_polygon(points, corners).tolist()


@pytest.mark.parametrize("polygon", [np.zeros((3, 3)), np.zeros(6), np.full((3, 2), np.nan)])
def test_an_outline_of_another_form_is_refused(polygon: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match="polygon must be finite"):
        rows_in_polygon(np.zeros((1, 2)), polygon)


def test_points_of_another_width_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"\(N, 2\), but have shape \(4, 3\)"):
        rows_in_polygon(np.zeros((4, 3)), SQUARE)
