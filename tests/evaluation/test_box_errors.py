import numpy as np
import pytest

from al_core.evaluation.box_errors import BoxErrorKind, box_errors, image_suspicion, overlaps
from al_core.evaluation.label_errors import average_precision
from al_core.evaluation.object_matches import ImageObjects
from al_core.exceptions import InvalidInputError

BOX = [10.0, 10.0, 20.0, 20.0]
AWAY = [40.0, 40.0, 50.0, 50.0]


def labeled(boxes: list[list[float]], classes: list[int]) -> ImageObjects:
    return ImageObjects(np.array(boxes).reshape(-1, 4), np.array(classes, np.int64))


def predicted(boxes: list[list[float]], classes: list[int], scores: list[float]) -> ImageObjects:
    return ImageObjects(np.array(boxes).reshape(-1, 4), np.array(classes, np.int64), np.array(scores))


def test_a_right_label_is_hardly_suspicious() -> None:
    errors = box_errors([labeled([BOX], [0])], [predicted([BOX], [0], [0.9])])
    assert [(error.kind, error.suspicion) for error in errors] == [(BoxErrorKind.BADLY_PLACED, 0)]


def test_each_kind_of_error_is_named() -> None:
    half = [15.0, 10.0, 25.0, 20.0]
    errors = box_errors(
        [labeled([], []), labeled([BOX], [1]), labeled([half], [0])],
        [predicted([BOX], [0], [0.9]), predicted([BOX, BOX], [0, 1], [0.8, 0.1]), predicted([BOX], [0], [0.6])],
    )
    worst = {error.image: (error.kind, error.label, round(error.suspicion, 3)) for error in reversed(errors)}
    assert worst == {
        0: (BoxErrorKind.MISSED, None, 0.9),
        1: (BoxErrorKind.WRONG, 0, 0.7),
        # The boxes share a third.
        2: (BoxErrorKind.BADLY_PLACED, 0, 0.4),
    }


def test_images_without_predictions_raise_no_suspicion() -> None:
    errors = box_errors([labeled([BOX], [0])], [predicted([], [], [])])
    assert errors == []
    assert image_suspicion(errors, 1).tolist() == [0]


def test_planted_errors_come_first() -> None:
    rng = np.random.default_rng(0)
    labels = []
    predictions = []
    is_error = []
    for image in range(200):
        boxes = np.array([BOX, AWAY]) + rng.normal(0, 0.5, (2, 4))
        classes = rng.integers(0, 3, 2)
        predictions.append(ImageObjects(boxes, classes, rng.uniform(0.5, 1, 2)))
        given = boxes + rng.normal(0, 0.5, (2, 4))
        kind = image % 10
        is_error.append(kind < 3)
        if kind == 0:
            labels.append(ImageObjects(given[:1], classes[:1]))
        elif kind == 1:
            labels.append(ImageObjects(given, (classes + np.array([1, 0])) % 3))
        elif kind == 2:
            labels.append(ImageObjects(given + np.array([[6.0, 0, 6, 0], [0, 0, 0, 0]]), classes))
        else:
            labels.append(ImageObjects(given, classes))
    suspicion = image_suspicion(box_errors(labels, predictions), 200)
    assert average_precision(suspicion, np.array(is_error)) > 0.95


def test_boxes_that_touch_do_not_overlap_and_empty_ones_are_nothing() -> None:
    assert overlaps(np.array([BOX]), np.array([[20.0, 10.0, 30.0, 20.0]])).tolist() == [[0]]
    assert overlaps(np.zeros((1, 4)), np.zeros((1, 4))).tolist() == [[0]]


def test_predictions_need_scores_and_the_same_images() -> None:
    with pytest.raises(InvalidInputError, match="have no scores"):
        box_errors([labeled([BOX], [0])], [labeled([BOX], [0])])
    with pytest.raises(InvalidInputError, match="1 labeled images and 0 predicted"):
        box_errors([labeled([BOX], [0])], [])
