import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import BoundingBox, ObjectDetectionBatch, ObjectDetectionOutput

BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)


@pytest.fixture
def objects() -> ObjectDetectionOutput:
    return ObjectDetectionOutput.from_scores([BOX] * 3, [0.5, 0.25, 0.75], [0, 2, 1])


def test_a_batch_is_a_sequence_of_images(objects: ObjectDetectionOutput) -> None:
    batch = ObjectDetectionBatch(objects, [2, 0, 1])
    assert [image.labels.tolist() for image in batch] == [[0, 2], [], [1]]
    assert batch[-1].scores.tolist() == [0.75]
    assert [image.boxes for image in batch[:2]] == [[BOX, BOX], []]


def test_images_are_taken_in_the_order_asked_for(objects: ObjectDetectionOutput) -> None:
    batch = ObjectDetectionBatch(objects, [2, 0, 1]).take(np.array([2, 1, 0]))
    assert [image.labels.tolist() for image in batch] == [[1], [], [0, 2]]


def test_an_image_whose_boxes_are_all_unsure_stays_without_any(objects: ObjectDetectionOutput) -> None:
    batch = ObjectDetectionBatch(objects, [1, 1, 1]).confident(0.5)
    assert [image.labels.tolist() for image in batch] == [[0], [], [1]]


@pytest.mark.parametrize(
    ("n_boxes", "what_came"), [([1, 1], "not up to 2"), ([], "not up to 0"), ([4, -1], "not a count of -1")]
)
def test_a_batch_counts_every_box_once(objects: ObjectDetectionOutput, n_boxes: list[int], what_came: str) -> None:
    with pytest.raises(InvalidInputError, match=f"adding up to 3, {what_came}"):
        ObjectDetectionBatch(objects, n_boxes)
