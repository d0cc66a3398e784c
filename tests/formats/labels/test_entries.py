from al_core.formats.labels.class_list import ClassList
from al_core.formats.labels.entries import Entries
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION


def test_the_richest_geometry_is_the_task() -> None:
    entries = Entries()
    assert not entries
    assert (entries.task(has_masks=False), entries.task(has_masks=True)) == (DETECTION, SEGMENTATION)
    entries.add_class(0, 0)
    assert entries.task(has_masks=False) == CLASSIFICATION
    entries.add_class(0, 1)
    assert entries.task(has_masks=False) == MULTI_LABEL
    entries.add_box(1, 0, 0, [0, 0, 0.5, 0.5])
    assert entries.task(has_masks=True) == DETECTION
    entries.add_keypoint(1, 0, 0, (3, 0.25, 0.5, 2))
    assert entries.task(has_masks=True) == KEYPOINTS
    assert entries


def test_tables_are_by_row_and_keep_the_order_of_the_file_within_one() -> None:
    class_list = ClassList()
    dog = class_list.label("dog")
    cat = class_list.label("cat")
    entries = Entries()
    entries.add_class(1, dog)
    entries.add_class(0, dog)
    entries.add_class(1, cat)
    classes, boxes, keypoints = entries.tables(class_list, class_list.names("l.csv"))
    # By name: cat is 0 and dog is 1.
    assert classes.tolist() == [(0, 1), (1, 1), (1, 0)]
    assert (len(boxes), len(keypoints)) == (0, 0)
