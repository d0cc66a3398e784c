import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION, KEYPOINTS, SEGMENTATION
from al_core.steps.sample_card import describe_sample, read_mask
from al_core.steps.tasks.task import Box, Keypoint
from al_core.store import Dataset
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput

BOX = ObjectDetectionOutput.from_scores(np.array([[0, 0.25, 0.5, 1]]), [0.5], [1])
TWO = ObjectDetectionOutput.from_scores(np.array([[0, 0, 1, 1], [0.5, 0, 1, 0.5]]), [0.25, 0.75], [0, 1])
NONE = ObjectDetectionOutput([], [], [])


def store(dataset: Dataset, predictions: Predictions, name: str = "model") -> None:
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def detections(*names: str) -> Predictions:
    return Predictions(list(names), ["cat", "dog"], [BOX, TWO, NONE][: len(names)], DETECTION)


@pytest.fixture
def wide_image(dataset: Dataset, tmp_path: Path) -> Dataset:
    """An image of 40 x 20 pixels for the first sample."""
    (tmp_path / "images").mkdir()
    Image.new("RGB", (40, 20)).save(tmp_path / "images" / "a.png")
    dataset.set_images_dir(tmp_path / "images")
    return dataset


def left_and_right() -> Predictions:
    """Of two samples, one map that is background on the left and cat on the right, and one without height."""
    sides = np.array([[[0.75, 0.25], [0, 1]]] * 2, np.float32)
    return Predictions(["c.png", "b.png"], ["background", "cat"], [sides, sides[:1]], SEGMENTATION)


def test_a_card_shows_the_boxes_of_its_sample_most_confident_first(dataset: Dataset) -> None:
    store(dataset, detections("a.png", "b.png"))
    boxes = describe_sample(dataset, 1).prediction.boxes
    assert boxes == (Box(0.5, 0, 1, 0.5, "dog", 0.75), Box(0, 0, 1, 1, "cat", 0.25))
    assert describe_sample(dataset, 5).prediction.boxes == ()


def test_a_card_shows_keypoints_as_shares_of_the_image(wide_image: Dataset) -> None:
    found = KeypointPrediction([KeypointInstancePrediction([10, 5, 0.5, 30, 10, 0], category_id=0)])
    store(wide_image, Predictions(["a.png", "b.png"], ["person"], [found, found], KEYPOINTS))
    assert describe_sample(wide_image, 0).prediction.keypoints == (Keypoint(0.25, 0.25, "person", 0.5),)
    assert describe_sample(wide_image, 1).prediction.keypoints == ()


def test_a_card_shades_a_mask_but_for_its_background(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    card = describe_sample(dataset, 2).prediction
    assert card.classes == (("background", 0.5), ("cat", 0.5))
    assert card.has_mask
    assert list(card.colors) == ["cat"]
    png = read_mask(dataset, 2)
    assert png
    with Image.open(io.BytesIO(png)) as shaded:
        assert np.asarray(shaded)[10, [0, 31, 32, 63], 3].tolist() == [0, 0, 255, 255]
    assert read_mask(dataset, 0) is None
