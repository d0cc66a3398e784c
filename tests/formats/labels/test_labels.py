from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import join_report
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_MASK, MASK_RUN, Labels


def labels(filenames: Sequence[str], classes: Sequence[int] = (), task: str = "classification", **more: Any) -> Labels:
    table = np.array(list(enumerate(classes)), LABEL_CLASS)
    n = len(filenames)
    sizes = np.full((n, 2), np.nan, np.float32)
    return Labels(list(filenames), ["cat", "dog"], task, [""] * n, np.full(n, np.nan), sizes, table, **more)


def test_several_annotations_of_an_image_are_all_used() -> None:
    report = join_report(["a", "b", "c"], labels(["a", "b", "a", "x"], [0, 0, 0, 1]), source="l.csv")
    assert report.rows.tolist() == [0, 1, 0, -1]
    assert report.usable
    assert report.sentences() == [
        "2 of 3 samples have labels in l.csv.",
        "1 filename is not in the dataset ('x'): left out; check the folder and the suffix.",
    ]


def test_of_several_versions_of_an_image_the_first_is_used_and_nobody_disagrees() -> None:
    versions = [f"a_jpg.rf.{digit * 32}.jpg" for digit in "012"]
    report = join_report(["a.jpg"], labels([versions[1], versions[2], versions[1]], [0, 1, 1]), source="l.zip")
    assert report.rows.tolist() == [0, -1, 0]
    assert [(finding.what, finding.names) for finding in report.details if finding.names] == [
        ("disagree", (versions[1],)),
        ("versions", (versions[2],)),
    ]


def test_annotators_who_disagree_are_named_and_both_stored() -> None:
    report = join_report(["a", "b"], labels(["a", "b", "a", "b"], [0, 1, 1, 1]), source="l.csv")
    assert report.conflicting == ["a"]
    assert report.usable
    assert report.rows.tolist() == [0, 1, 0, 1]
    assert "1 image has annotators who disagree ('a'): all are stored; the majority counts" in report.sentences()[1]


def test_taken_annotations_keep_their_objects_and_pixels() -> None:
    boxes = np.array([(0, 0, 0, 0, 0, 1, 1), (2, 0, 1, 0, 0, 0.5, 1), (2, 1, 0, 0.5, 0, 1, 1)], LABEL_BOX)
    masks = np.array([(0, 1, 3, 0, 2), (2, 2, 2, 2, 4)], LABEL_MASK)
    runs = np.array([(NO_CLASS, 1), (0, 2), (1, 3), (0, 1)], MASK_RUN)
    all_labels = labels(["a", "b", "c"], task="object-detection", boxes=boxes, masks=masks, runs=runs)
    taken = all_labels.take(np.array([2, 1]))
    assert taken.filenames == ["c", "b"]
    assert taken.boxes[["row", "label", "x1"]].tolist() == [(0, 1, 0.5), (0, 0, 1.0)]
    label_map = taken.annotation(0).label_map
    assert label_map is not None
    assert label_map.tolist() == [[1, 1], [1, 0]]
    assert taken.annotation(1).label_map is None
    assert len(taken.runs) == 2
    assert all_labels.tasks == ("object-detection", "semantic-segmentation")


def test_an_annotation_without_objects_says_that_nothing_is_there() -> None:
    annotation = labels(["a"], task="object-detection").annotation(0)
    assert len(annotation.boxes) == 0
    assert annotation.label_map is None


def test_filenames_and_class_names_are_checked() -> None:
    with pytest.raises(FileFormatError, match=r"l\.csv, row 0 counting from 0: the filename is empty"):
        labels([""], [0]).check("l.csv")
    with pytest.raises(FileFormatError, match="class names must differ"):
        Labels(["a"], ["cat", "cat"], "classification", [""], np.zeros(1), np.zeros((1, 2), np.float32)).check("l.csv")
