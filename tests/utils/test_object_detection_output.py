from typing import Any

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import BoundingBox, ObjectDetectionOutput

BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)


def test_scores_and_labels_follow_from_the_probabilities() -> None:
    output = ObjectDetectionOutput([BOX, BOX], [0.5, 1.0], [[0.75, 0.25, 0.0], [0.25, 0.5, 0.25]])
    assert output.scores.tolist() == [0.375, 0.5]
    assert output.labels.tolist() == [0, 1]


def test_lists_arrays_and_lists_of_rows_mean_the_same() -> None:
    rows = [[0.75, 0.25], [0.25, 0.75]]
    for class_probabilities in (rows, np.array(rows), [np.array(row) for row in rows]):
        output = ObjectDetectionOutput([BOX, BOX], np.array([0.5, 1.0]), class_probabilities)
        assert output.scores.tolist() == [0.375, 0.75]


def test_boxes_given_as_an_array_come_back_as_bounding_boxes() -> None:
    output = ObjectDetectionOutput(np.array([[0.1, 0.2, 0.3, 0.4], [-1, 0, 0.5, 2]]), [1, 1], [[1], [1]])
    assert output.boxes == [BOX, BoundingBox(0, 0, 0.5, 1)]


def test_single_precision_stays_single() -> None:
    output = ObjectDetectionOutput([BOX], np.array([0.5], np.float32), np.array([[0.5, 0.5]], np.float32))
    assert output.class_probabilities.dtype == output.scores.dtype == np.float32


def test_no_boxes_give_no_scores() -> None:
    output = ObjectDetectionOutput([], [], [])
    assert output.boxes == []
    assert output.scores.shape == output.labels.shape == (0,)


def test_different_lengths_are_named() -> None:
    with pytest.raises(ValueError, match="boxes has 1, object_probabilities has 2, class_probabilities has 3"):
        ObjectDetectionOutput([BOX], [0.5, 0.2], [[1], [1], [1]])
    with pytest.raises(ValueError, match="boxes has 1, scores has 1, labels has 2"):
        ObjectDetectionOutput.from_scores([BOX], [0.5], [0, 1])


@pytest.mark.parametrize(
    ("boxes", "object_probabilities", "class_probabilities", "message"),
    [
        ([BOX], [0.5], [0.5], r"class_probabilities is \(B, C\)"),
        ([BOX], [0.5], [[]], r"class_probabilities is \(B, C\)"),
        ([BOX], [[0.5]], [[0.5]], r"object_probabilities is \(B,\)"),
        ([BOX, BOX], [0.5, 0.5], [[0.5], [0.25, 0.25]], "rows of equal length"),
        ([BOX], ["high"], [[0.5]], "object_probabilities needs real numbers"),
        (np.ones((1, 5)), [0.5], [[0.5]], r"boxes is \(B, 4\)"),
        (np.array([[0.3, 0.2, 0.1, 0.4]]), [0.5], [[0.5]], "box 0 needs x0 < x1"),
        (np.array([[0, 0, 1, 1], [1.5, 0.2, 1.75, 0.4]]), [0.5, 1], [[0.5], [1]], "box 1 needs x0 < x1"),
    ],
)
def test_a_wrong_shape_or_box_is_explained(
    boxes: Any, object_probabilities: Any, class_probabilities: Any, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ObjectDetectionOutput(boxes, object_probabilities, class_probabilities)


def test_from_scores_gives_the_label_its_score_and_shares_the_rest() -> None:
    output = ObjectDetectionOutput.from_scores([BOX, BOX], [0.5, 0.25], [2, 0])
    assert output.class_probabilities.tolist() == [[0.25, 0.25, 0.5], [0.25, 0.375, 0.375]]
    assert output.object_probabilities.tolist() == output.scores.tolist() == [0.5, 0.25]
    assert output.labels.tolist() == [2, 0]


def test_from_scores_has_at_least_two_classes() -> None:
    output = ObjectDetectionOutput.from_scores([BOX], [0.25], [0])
    assert output.class_probabilities.tolist() == [[0.25, 0.75]]
    assert output.labels.tolist() == [0]


def test_from_scores_gives_probabilities_that_sum_to_one() -> None:
    for scores, labels in (([0.57573 * 0.7, 0.988 * 0.5], [0, 1]), ([0.1024 * 0.5], [0]), ([0.0, 1.0], [1, 3])):
        output = ObjectDetectionOutput.from_scores([BOX] * len(scores), scores, labels)
        assert [sum(row) for row in output.class_probabilities.tolist()] == [1.0] * len(scores)


def test_from_scores_takes_an_image_without_boxes() -> None:
    assert ObjectDetectionOutput.from_scores([], [], []).labels.tolist() == []


@pytest.mark.parametrize(
    ("score", "label", "message"),
    [
        (1.1, 0, "scores lie in 0 to 1"),
        (-1.0, 1, "scores lie in 0 to 1"),
        (float("nan"), 1, "scores lie in 0 to 1"),
        (0.5, "hello", "labels are whole numbers from 0"),
        (0.5, -1, "labels are whole numbers from 0"),
        (0.5, 1.5, "labels are whole numbers from 0"),
    ],
)
def test_from_scores_refuses_impossible_scores_and_labels(score: float, label: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ObjectDetectionOutput.from_scores([BOX], [score], [label])
