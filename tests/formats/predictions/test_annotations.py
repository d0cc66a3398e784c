import numpy as np

from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.stored_tables import BOX


def test_a_table_without_boxes_has_none_for_any_sample() -> None:
    assert Annotations("model", ["cat"], boxes=np.empty(0, BOX)).take(np.array([5, 0])).boxes_of(1) == []


def test_annotations_follow_the_order_of_the_rows_taken() -> None:
    # By row, corners, objectness, label and score.
    boxes = [(2, 0, 0, 0.5, 1, 1, 0, 1), (2, 0.5, 0, 1, 1, 1, 1, 1), (4, 0, 0, 0.5, 1, 0.5, 0, 0.375)]
    table = np.array(boxes, BOX)
    taken = Annotations("model", ["cat", "dog"], boxes=table).take(np.array([7, 4, 2]))
    assert [[box.label for box in taken.boxes_of(position)] for position in range(3)] == [[], [0], [0, 1]]


def test_the_class_of_a_sample_is_its_most_probable_one() -> None:
    annotations = Annotations("model", ["cat", "dog"], np.array([[0.25, 0.75], [np.nan, np.nan]]))
    assert [annotations.classes_of(position) for position in (0, 1)] == [[("dog", 0.75)], []]
