import numpy as np
import pytest

from al_core.formats.predictions.box_layout import Layout, are_in_pixels, recognized_layout, to_corners

CORNERS = np.random.default_rng(0).uniform(0, 1, (500, 2, 2))
CORNERS.sort(axis=1)
CORNERS = CORNERS.reshape(-1, 4)
SIZE = np.array([640, 480])
ONE = np.ones(2)


def as_layout(corners: np.ndarray, layout: Layout) -> np.ndarray:
    place = corners[:, :2]
    extent = corners[:, 2:] - place
    return {
        Layout.CORNERS: corners,
        Layout.EXTENT: np.hstack([place, extent]),
        Layout.CENTER: np.hstack([place + extent / 2, extent]),
    }[layout]


@pytest.mark.parametrize("usual", Layout)
@pytest.mark.parametrize("layout", Layout)
def test_the_layout_is_recognized_whatever_the_format_says(usual: Layout, layout: Layout) -> None:
    boxes = as_layout(CORNERS, layout)
    assert recognized_layout(boxes, usual, ONE) is layout
    assert recognized_layout(boxes * np.tile(SIZE, 2), usual, SIZE) is layout
    np.testing.assert_allclose(to_corners(boxes, layout), CORNERS, atol=1e-12)


@pytest.mark.parametrize("usual", Layout)
def test_a_tenth_of_boxes_that_reach_outside_leaves_the_usual_layout(usual: Layout) -> None:
    boxes = as_layout(CORNERS + (np.arange(500) % 10 == 0)[:, None] * [0, 0, 0.4, 0], usual)
    assert recognized_layout(boxes, usual, ONE) is usual


def test_without_sizes_only_extents_instead_of_corners_show() -> None:
    unknown = np.full((500, 2), np.nan)
    assert recognized_layout(as_layout(CORNERS, Layout.EXTENT) * 100, Layout.CORNERS, unknown) is Layout.EXTENT
    assert recognized_layout(CORNERS * 100, Layout.EXTENT, unknown) is Layout.EXTENT


def test_boxes_that_fit_no_layout_keep_the_usual_one() -> None:
    assert recognized_layout(-CORNERS, Layout.CORNERS, ONE) is Layout.CORNERS


@pytest.mark.parametrize("n_pixels", [0, 2, 4])
def test_up_to_half_of_the_objects_beyond_the_image_are_not_pixels(n_pixels: int) -> None:
    boxes = np.array([[0, 0, 1, 90]] * n_pixels + [[0, 0, 1, 1]] * (8 - n_pixels))
    assert not are_in_pixels(boxes)
    assert are_in_pixels(np.vstack([boxes, [[0, 0, 1, 90]] * 9]))


def test_no_boxes_are_not_in_pixels() -> None:
    assert not are_in_pixels(np.empty((0, 4)))


def test_of_two_layouts_that_fit_the_one_with_more_boxes_inside_counts() -> None:
    # Read as x, y, width, height, the first box ends at 1.015, within the margin.
    boxes = np.array([[0.7, 0.5, 0.315, 0.2], [0.3, 0.4, 0.2, 0.3], [0.5, 0.5, 0.1, 0.1]])
    assert recognized_layout(boxes, Layout.CORNERS, ONE) is Layout.CENTER
