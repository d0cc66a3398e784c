from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageOps

from al_core.formats.files.image_frames import ImageFrames
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.placing import place_boxes, rows_without_place, turned_upright
from al_core.formats.predictions.predictions import Predictions


def predicted(*boxes: Sequence[float], sizes: list[list[float]] | None = None) -> Predictions:
    n_boxes = len(boxes)
    columns = Boxes(
        np.arange(n_boxes),
        np.array(boxes, np.float32),
        np.full(n_boxes, 0.5, np.float32),
        np.zeros(n_boxes, np.int64),
        layout=Layout.EXTENT,
    )
    names = [f"{number}.jpg" for number in range(n_boxes)]
    return detection_predictions("p", names, ["cat"], columns, None if sizes is None else np.array(sizes))


def frames(*rows: tuple[float, float, int]) -> ImageFrames:
    table = np.array(rows)
    return ImageFrames(table[:, :2], table[:, 2].astype(int))


def what(predictions: Predictions) -> dict[str, tuple[str, ...]]:
    return {finding.what: finding.names for finding in predictions.findings if finding.names}


def test_boxes_get_their_place_when_the_sizes_of_their_images_are_there() -> None:
    predictions = predicted([10, 10, 40, 20], [10, 10, 40, 20], [2, 2, 4, 4])
    assert rows_without_place(predictions).tolist() == [0, 1, 2]
    placed = place_boxes(predictions, frames((100, 40, 1), (np.nan, np.nan, 0), (8, 8, 1)))
    np.testing.assert_allclose(placed.outputs[0].corners, [[0.1, 0.25, 0.5, 0.75]])
    assert np.isnan(placed.outputs[1].corners).all()
    assert what(placed) == {"image-size-missing": ("1.jpg",)}
    later = place_boxes(placed, frames((100, 40, 1), (50, 60, 1), (8, 8, 1)))
    np.testing.assert_allclose(later.outputs[1].corners, [[0.2, 1 / 6, 1, 0.5]])
    assert later.pixel_boxes is None
    assert what(later) == {}


def test_a_box_that_turns_out_to_lie_beside_its_image_is_left_out() -> None:
    placed = place_boxes(predicted([10, 10, 5, 5], [90, 90, 5, 5]), frames((50, 50, 1), (50, 50, 1)))
    assert placed.outputs.n_boxes.tolist() == [1, 0]
    assert what(placed) == {"boxes-clipped": ("1.jpg",), "boxes-empty": ("1.jpg",)}


def test_corners_in_place_of_extents_show_as_soon_as_the_sizes_are_there() -> None:
    predictions = predicted([10, 10, 40, 30], [50, 20, 90, 40], [60, 5, 80, 45])
    placed = place_boxes(predictions, frames(*[(100, 50, 1)] * 3))
    np.testing.assert_allclose(placed.outputs.objects.corners[1], [0.5, 0.4, 0.9, 0.8])


def test_boxes_are_turned_upright_where_the_file_has_the_size_of_the_stored_pixels() -> None:
    boxes = [[0, 0, 20, 10], [0, 0, 20, 10], [150, 0, 20, 10]]
    predictions = predicted(*boxes, sizes=[[200, 100]] * 3)
    placed = place_boxes(predictions, frames((100, 200, 6), (200, 100, 1), (100, 200, 8)))
    # Rotated clockwise, the upper left corner of 200 x 100 is the upper right one of 100 x 200.
    np.testing.assert_allclose(placed.outputs[0].corners, [[0.9, 0, 1, 0.1]], atol=1e-6)
    np.testing.assert_allclose(placed.outputs[1].corners, [[0, 0, 0.1, 0.1]])
    # The last box, 170 wide, fits only 200 x 100.
    np.testing.assert_allclose(placed.outputs[2].corners, [[0, 0.15, 0.1, 0.25]], atol=1e-6)
    assert what(placed) == {"boxes-turned": ("0.jpg", "2.jpg")}


def test_boxes_as_the_image_is_shown_are_not_turned_where_only_its_size_is() -> None:
    predictions = predicted([0, 0, 20, 10], [0, 50, 20, 100], sizes=[[200, 100]] * 2)
    placed = place_boxes(predictions, frames((100, 200, 6), (100, 200, 0)))
    np.testing.assert_allclose(placed.outputs[0].corners, [[0, 0, 0.2, 0.05]])
    # 150 high, it fits only 100 x 200.
    np.testing.assert_allclose(placed.outputs[1].corners, [[0, 0.25, 0.2, 0.75]])
    assert what(placed)["image-size-turned"] == ("0.jpg", "1.jpg")


def test_boxes_on_an_image_of_unknown_turn_have_no_place() -> None:
    for box, orientation in (([0, 0, 20, 10], 6), ([150, 0, 20, 10], 0)):
        placed = place_boxes(predicted(box, sizes=[[200, 100]]), frames((100, 200, orientation)))
        assert np.isnan(placed.outputs[0].corners).all()
        assert what(placed) == {"boxes-turn-unknown": ("0.jpg",)}


def test_a_scaled_copy_is_not_another_shape_but_a_square_one_is() -> None:
    predictions = predicted([0, 0, 20, 10], [0, 0, 20, 10], sizes=[[320, 240], [640, 640]])
    placed = place_boxes(predictions, frames((1280, 960, 1), (1280, 960, 1)))
    assert what(placed) == {"image-size-differs": ("1.jpg",)}


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_boxes_turn_as_pillow_turns_the_pixels(orientation: int) -> None:
    stored = np.zeros((40, 100), np.uint8)
    stored[4:16, 10:50] = 255
    image = Image.fromarray(stored)
    image.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(image))
    height, width = upright.shape
    [[x0, y0, x1, y1]] = turned_upright(np.array([[0.1, 0.1, 0.5, 0.4]]), orientation) * [width, height, width, height]
    expected = np.zeros_like(upright)
    expected[round(y0) : round(y1), round(x0) : round(x1)] = 255
    np.testing.assert_array_equal(upright, expected)


def test_a_layout_that_only_the_sizes_of_the_images_tell_is_said() -> None:
    predictions = predicted([80, 80, 95, 95], [60, 70, 90, 90])
    assert "box-layout" not in [finding.what for finding in predictions.findings]
    placed = place_boxes(predictions, frames((100, 100, 1), (100, 100, 1)))
    np.testing.assert_allclose(placed.outputs[0].corners, [[0.8, 0.8, 0.95, 0.95]])
    assert "box-layout" in [finding.what for finding in placed.findings]
