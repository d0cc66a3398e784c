import numpy as np
import pytest

from al_core.formats.labels.annotation import NO_CLASS, Annotation
from al_core.formats.labels.labels import LABEL_BOX, LABEL_KEYPOINT

NO_BOXES = np.empty(0, LABEL_BOX)
NO_POINTS = np.empty(0, LABEL_KEYPOINT)


def classes(*labels: int) -> Annotation:
    return Annotation(np.array(labels, np.int32), NO_BOXES, NO_POINTS, None)


def boxes(*entries: tuple[int, float, float, float, float]) -> Annotation:
    table = np.array([(0, number, *entry) for number, entry in enumerate(entries)], LABEL_BOX)
    return Annotation(np.empty(0, np.int32), table, NO_POINTS, None)


def points(*entries: tuple[int, int]) -> Annotation:
    table = np.array([(0, instance, label, 0, 0.5, 0.5, 2) for instance, label in entries], LABEL_KEYPOINT)
    return Annotation(np.empty(0, np.int32), NO_BOXES, table, None)


def pixels(*labels: int) -> Annotation:
    return Annotation(np.empty(0, np.int32), NO_BOXES, NO_POINTS, np.array([labels], np.int32))


LEFT = (0, 0.0, 0.0, 0.5, 1.0)
WIDER = (0, 0.0, 0.0, 0.9, 1.0)  # 0.5 of 0.9 is shared: 0.56
WHOLE = (0, 0.0, 0.0, 1.0, 1.0)
DOUBLE = (0, 0.0, 0.0, 0.2, 1.0)  # 0.2 of 0.5 is shared: 0.4


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (classes(1, 2), classes(2, 1)),
        (boxes(LEFT), boxes(WIDER)),
        (boxes(LEFT, WHOLE), boxes(WHOLE, LEFT)),
        (boxes(), boxes()),
        (points((0, 3), (0, 3)), points((0, 3))),
        (pixels(*[1] * 9, NO_CLASS), pixels(*[1] * 10)),
    ],
)
def test_two_people_who_mean_the_same_agree(first: Annotation, later: Annotation) -> None:
    assert not first.contradicts(later)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (classes(1), classes(2)),
        (classes(1), classes(1, 2)),
        (boxes(LEFT), boxes()),
        (boxes(LEFT), boxes(DOUBLE)),
        (boxes(LEFT), boxes((1, *LEFT[1:]))),
        (boxes(LEFT, LEFT), boxes(LEFT, DOUBLE)),
        (points((0, 3), (1, 3)), points((0, 3))),
        (pixels(0, 0), pixels(0, 1)),
        (pixels(0, 0), boxes()),
    ],
)
def test_other_classes_other_objects_and_other_places_contradict(first: Annotation, later: Annotation) -> None:
    assert first.contradicts(later)
    assert later.contradicts(first)
