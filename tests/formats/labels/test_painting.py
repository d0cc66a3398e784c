import numpy as np
import pytest

from al_core.formats.labels.painting import paint_polygon, runs_of


def test_a_polygon_along_the_pixels_covers_exactly_them() -> None:
    canvas = np.full((4, 5), -1, np.int32)
    paint_polygon(canvas, [(1, 1), (4, 1), (4, 3), (1, 3)], 7)
    assert canvas.tolist() == [[-1] * 5, [-1, 7, 7, 7, -1], [-1, 7, 7, 7, -1], [-1] * 5]


def test_a_pixel_is_inside_if_its_center_is() -> None:
    canvas = np.zeros((3, 4), np.int32)
    # The slope from (0, 0) to (4, 3) passes the centers of the lines at 0.67, 2 and 3.33.
    paint_polygon(canvas, [(0, 0), (4, 3), (0, 3)], 1)
    assert canvas.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]


def test_a_circle_has_its_area_also_where_it_is_cut_by_the_border() -> None:
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    for center, area in ((50, np.pi * 40**2), (0, np.pi * 40**2 / 4)):
        canvas = np.zeros((100, 100), np.int32)
        paint_polygon(canvas, list(zip(center + 40 * np.cos(angles), center + 40 * np.sin(angles), strict=True)), 1)
        assert canvas.sum() == pytest.approx(area, rel=0.005)


def test_polygons_outside_without_area_and_with_two_corners_paint_nothing() -> None:
    canvas = np.full((4, 5), -1, np.int32)
    for polygon in ([(9e8, 9e8), (9e9, 9e8), (9e8, 9e9)], [(1.0, 1.0)] * 3, [(0.0, 0.0), (3.0, 3.0)], []):
        paint_polygon(canvas, polygon, 1)
    assert (canvas == -1).all()


def test_runs_go_on_from_line_to_line() -> None:
    assert runs_of(np.array([[0, 0, 1], [1, 1, -1]], np.int32)).tolist() == [(0, 2), (1, 3), (-1, 1)]
    assert runs_of(np.empty((0, 3), np.int32)).tolist() == []
