import numpy as np
import pytest

from al_core.exceptions import NotFoundError
from al_core.explore.class_colors import class_color
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.tasks.task import Box
from al_core.steps.tiles import MOST_SHAPES, describe_tiles
from al_core.store import Dataset
from al_core.utils import ObjectDetectionOutput
from tests.steps.test_sample_card import detections, left_and_right, store


def test_tiles_have_the_boxes_of_their_samples_in_the_order_asked_for(dataset: Dataset) -> None:
    store(dataset, detections("a.png", "b.png"))
    tiles = describe_tiles(dataset, np.array([1, 0, 5]))
    assert [(tile.row, tile.filename) for tile in tiles.tiles] == [(1, "b.png"), (0, "a.png"), (5, "f.png")]
    assert tiles.tiles[0].boxes == (Box(0.5, 0, 1, 0.5, "dog", 0.75), Box(0, 0, 1, 1, "cat", 0.25))
    assert tiles.tiles[2].boxes == ()
    assert tiles.colors == {"cat": class_color(0), "dog": class_color(1)}


def test_a_tile_has_only_as_many_boxes_as_leave_the_image_in_view(dataset: Dataset) -> None:
    corners = np.tile([0, 0, 0.5, 0.5], (100, 1))
    many = ObjectDetectionOutput.from_scores(corners, np.linspace(0.1, 0.9, 100), [0] * 100)
    store(dataset, Predictions(["a.png"], ["cat"], [many], DETECTION))
    [tile] = describe_tiles(dataset, np.array([0])).tiles
    assert len(tile.boxes) == MOST_SHAPES
    assert tile.boxes[0].score == pytest.approx(0.9)


def test_tiles_say_which_samples_have_a_mask(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    tiles = describe_tiles(dataset, np.array([0, 2])).to_json()["tiles"]
    assert [tile["has_mask"] for tile in tiles] == [False, True]


def test_tiles_without_predictions_are_filenames(dataset: Dataset) -> None:
    assert describe_tiles(dataset, np.array([3])).to_json() == {
        "tiles": [{"row": 3, "filename": "d.png", "boxes": (), "keypoints": (), "has_mask": False}],
        "colors": {},
    }
    with pytest.raises(NotFoundError, match="rows 0 to 5, not 6"):
        describe_tiles(dataset, np.array([6]))
