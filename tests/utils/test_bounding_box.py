from typing import Any

import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import BoundingBox


def test_width_height_and_area_are_relative_to_the_image() -> None:
    box = BoundingBox(0.2, 0.3, 0.5, 0.6)
    assert (box.width, box.height, box.area) == (0.3, 0.3, 0.09)


def test_coordinates_outside_the_image_are_clipped() -> None:
    assert BoundingBox(-0.5, 0.25, 1.5, 2) == BoundingBox(0, 0.25, 1, 1)


def test_clipping_can_be_refused() -> None:
    with pytest.raises(InvalidInputError, match="divide by its width and height"):
        BoundingBox(-0.5, 0.25, 0.5, 0.75, clip_values=False)


@pytest.mark.parametrize(
    "corners",
    [
        (0.5, 0.3, 0.1, 0.6),
        (0.1, 0.6, 0.5, 0.3),
        (0.5, 0.3, 0.5, 0.6),
        (20, 30, 100, 200),
    ],
)
def test_an_empty_box_is_an_error(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="x0 < x1 and y0 < y1"):
        BoundingBox(*corners)


def test_a_coordinate_that_is_not_a_number_is_an_error() -> None:
    with pytest.raises(InvalidInputError, match=r"not \(nan, 0, 1, 1\)"):
        BoundingBox(float("nan"), 0, 1, 1)


@pytest.mark.parametrize("value", [None, "wide", [0.5, 0.75]])
def test_a_corner_that_is_no_number_is_named(value: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"four numbers, 0 to 1, and its x1 is (None|'wide'|\[0.5, 0.75\])"):
        BoundingBox(0, 0, value, 1)


def test_a_box_from_corner_and_size() -> None:
    assert BoundingBox.from_x_y_w_h(0.25, 0.5, 0.5, 0.25) == BoundingBox(0.25, 0.5, 0.75, 0.75)


def test_a_box_from_a_yolo_label_is_centered() -> None:
    assert BoundingBox.from_yolo_label(0.5, 0.25, 0.5, 0.25) == BoundingBox(0.25, 0.125, 0.75, 0.375)
