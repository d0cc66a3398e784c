import numpy as np

from al_core.formats.predictions.stored_tables import BOX, StoredBox, box_table, keypoint_table
from al_core.utils import (
    BoundingBox,
    KeypointInstancePrediction,
    KeypointPrediction,
    ObjectDetectionBatch,
    ObjectDetectionOutput,
)

LEFT = ObjectDetectionOutput(np.array([[0, 0, 0.5, 1]]), [0.5], [[0.75, 0.25]])
BOTH = ObjectDetectionOutput([BoundingBox(0, 0, 0.5, 1), BoundingBox(0.5, 0, 1, 1)], [1, 1], [[1, 0], [0, 1]])
NOTHING = ObjectDetectionOutput([], [], [])


def test_boxes_are_stored_by_row_with_corners_objectness_label_and_score() -> None:
    table = box_table(np.array([4, 2, 9]), [LEFT, BOTH, NOTHING])
    assert table.tolist() == [
        (2, 0, 0, 0.5, 1, 1, 0, 1),
        (2, 0.5, 0, 1, 1, 1, 1, 1),
        (4, 0, 0, 0.5, 1, 0.5, 0, 0.375),
    ]


def test_no_boxes_at_all_are_an_empty_table() -> None:
    assert box_table(np.array([0]), [NOTHING]).shape == (0,)


def test_a_batch_and_its_outputs_one_by_one_give_the_same_boxes() -> None:
    objects = ObjectDetectionOutput.from_scores(np.array([[0, 0, 1, 1], [0, 0, 0.5, 0.5]]), [0.5, 0.25], [0, 1])
    batch = ObjectDetectionBatch(objects, [1, 0, 1])
    rows = np.array([3, 1, 0])
    np.testing.assert_array_equal(box_table(rows, batch), box_table(rows, list(batch)))


def test_boxes_that_reach_outside_are_cut_off_at_the_edge() -> None:
    output = ObjectDetectionOutput(np.array([[-0.5, 0, 0.5, 2]]), [1], [[1]])
    assert box_table(np.array([0]), [output])[["x0", "y1"]].tolist() == [(0, 1)]


def test_keypoints_are_stored_one_by_one_with_their_object() -> None:
    first = KeypointInstancePrediction([10, 20, 0.5, 30, 40, 1], category_id=3, score=0.75)
    second = KeypointInstancePrediction([1, 2, 0.25], category_id=1, score=0.5)
    table = keypoint_table(np.array([6, 5]), [KeypointPrediction([first, second]), KeypointPrediction([])])
    assert table.tolist() == [
        (6, 0, 3, 0.75, 10, 20, 0.5),
        (6, 0, 3, 0.75, 30, 40, 1),
        (6, 1, 1, 0.5, 1, 2, 0.25),
    ]


def test_a_stored_box_has_the_fields_of_its_table() -> None:
    assert StoredBox._fields == BOX.names


def test_a_stored_box_is_scaled_to_an_image() -> None:
    box = StoredBox(0, 0.25, 0.5, 0.75, 1, 1, 2, 0.5).scaled(100, 10)
    assert (box.x0, box.y0, box.x1, box.y1) == (25, 5, 75, 10)
    assert (box.width, box.height, box.center) == (50, 5, (50, 7.5))
    assert (box.label, box.score) == (2, 0.5)
