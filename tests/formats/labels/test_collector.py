import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats import ReadingChoices
from al_core.formats.choices import BY_CONTENT, Unannotated
from al_core.formats.labels.collector import LabelCollector

DONE = ReadingChoices(unannotated=Unannotated.DONE)


def collector(choices: ReadingChoices = BY_CONTENT) -> LabelCollector:
    return LabelCollector("l.json", choices)


def test_boxes_become_relative_and_are_clipped_with_a_word() -> None:
    labels = collector()
    labels.annotate("a.png", annotator="ann", time=60.0, size=(100, 50))
    labels.add_box("cat", (10, 10, 60, 75))
    labels.add_box("cat", (200, 0, 300, 10))
    finished = labels.finished()
    assert finished.boxes.tolist() == [(0, 0, 0, pytest.approx(0.1), pytest.approx(0.2), pytest.approx(0.6), 1.0)]
    assert (finished.annotators, finished.times.tolist(), finished.sizes.tolist()) == (["ann"], [60.0], [[100, 50]])
    assert finished.task == "object-detection"
    assert [finding.what for finding in finished.findings] == ["objects-clipped", "objects-empty"]


def test_listed_classes_come_first_and_numbers_before_names() -> None:
    labels = collector()
    labels.annotate("a.png")
    for name in ("dog", "10", "9", "cat"):
        labels.add_class(name)
    labels.list_classes(["cat", "owl"])
    finished = labels.finished()
    assert finished.class_names == ["cat", "owl", "9", "10", "dog"]
    assert finished.classes["label"].tolist() == [4, 3, 2, 0]


def test_an_image_that_may_be_done_is_open_unless_somebody_says_so() -> None:
    for choices, n_labeled, n_open in ((BY_CONTENT, 1, 1), (DONE, 2, 0)):
        labels = collector(choices)
        labels.annotate("a.png", size=(2, 2))
        labels.add_box("cat", (0, 0, 1, 1))
        labels.leave_undecided("b.png", size=(2, 2))
        labels.leave_undecided("a.png", size=(2, 2))
        finished = labels.finished()
        assert (len(finished), len(finished.open_filenames)) == (n_labeled, n_open)
        (finding,) = finished.findings
        assert (finding.what, finding.names) == ("unannotated", ("b.png",))


def test_an_image_is_of_no_class_only_if_nobody_has_said_which() -> None:
    labels = collector()
    labels.annotate("a.png")
    labels.add_class("cat")
    labels.annotate("b.png")
    finished = labels.finished()
    assert finished.filenames == ["a.png"]
    assert finished.open_filenames == ["b.png"]


def test_a_file_without_any_object_says_what_it_may_lack() -> None:
    labels = collector()
    labels.leave_undecided("a.png")
    assert "if classes or keypoints were labeled" in labels.finished().findings[0].sentence()


def test_pixels_need_a_size_which_the_image_may_have(tmp_path: Path) -> None:
    labels = collector()
    labels.annotate("a.png")
    with pytest.raises(FileFormatError, match=r"l\.json, a\.png: the objects are in pixels and the file has no size"):
        labels.add_box("cat", (0, 0, 1, 1))
    Image.new("L", (4, 2)).save(tmp_path / "a.png")
    labels = collector(ReadingChoices(images_dir=tmp_path))
    labels.annotate("a.png")
    labels.add_box("cat", (0, 0, 1, 1))
    assert labels.finished().boxes[["x1", "y1"]].tolist() == [(0.25, 0.5)]


def test_a_later_shape_lies_above_an_earlier_one() -> None:
    labels = collector()
    labels.annotate("a.png", size=(4, 2))
    labels.add_polygons("cat", [[(0, 0), (4, 0), (4, 2), (0, 2)]])
    labels.add_mask("dog", np.array([[True], [False]]), left=3, top=0)
    finished = labels.finished()
    label_map = finished.annotation(0).label_map
    assert label_map is not None
    assert label_map.tolist() == [[0, 0, 0, 1], [0, 0, 0, 0]]
    assert finished.boxes[["label", "x0", "y1"]].tolist() == [(0, 0.0, 1.0), (1, 0.75, 0.5)]
    assert finished.tasks == ("object-detection", "semantic-segmentation")


def test_keypoints_of_no_visibility_are_not_labeled() -> None:
    labels = collector()
    labels.annotate("a.png", size=(10, 10))
    labels.add_box("cat", (0, 0, 10, 10), keypoints=[(0, 1, 2, 2), (1, 0, 0, 0), (2, 5, 5, 1)])
    labels.add_keypoints("cat", [(0, 9, 9, 2)])
    points = labels.finished().keypoints
    assert points[["instance", "number", "visibility"]].tolist() == [(0, 0, 2), (0, 2, 1), (1, 0, 2)]
    np.testing.assert_allclose(points["x"], [0.1, 0.5, 0.9])


def test_objects_without_class_and_numbers_that_are_none() -> None:
    labels = collector()
    labels.annotate("a.png", size=(10, 10))
    labels.add_box(" ", (0, 0, 1, 1))
    labels.add_box("cat", (0, 0, 1, 1))
    assert "objects-without-class" in [finding.what for finding in labels.finished().findings]
    with pytest.raises(FileFormatError, match="a box has a corner that is not a number"):
        labels.add_box("cat", (0, 0, math.nan, 1))
    with pytest.raises(FileFormatError, match="a polygon has a corner that is not a number"):
        labels.add_polygons("cat", [[(math.inf, 0), (1, 1), (2, 2)]])
    with pytest.raises(FileFormatError, match="lists no images"):
        collector().finished()


def test_boxes_added_at_once_are_those_added_one_by_one() -> None:
    corners = np.array([(10.0, 10, 60, 75), (1, 2, 3, 4), (200, 0, 300, 10), (0, 0, 50, 50), (5, 5, 10, 10)])
    names = ["dog", "", "cat"]
    classes = np.array([0, 1, 0, 2, 0])
    rows = np.array([0, 0, 0, 1, 1])
    one_by_one = collector()
    at_once = collector()
    for row, filename in enumerate(("a.png", "b.png")):
        one_by_one.annotate(filename, size=(100, 50))
        for box in np.flatnonzero(rows == row):
            one_by_one.add_box(names[classes[box]], corners[box].tolist())
    sizes = [(100.0, 50.0)] * 2
    first = at_once.annotate_all(["a.png", "b.png"], annotators=["", ""], times=np.full(2, np.nan), sizes=sizes)
    at_once.add_boxes(first + rows, names, classes, corners)
    expected = one_by_one.finished()
    finished = at_once.finished()
    assert finished.boxes.tolist() == expected.boxes.tolist()
    assert finished.boxes["instance"].tolist() == [0, 0, 1]
    assert (finished.class_names, finished.task) == (expected.class_names, expected.task)
    assert finished.findings == expected.findings


def test_of_boxes_added_at_once_the_first_wrong_one_is_named() -> None:
    labels = collector()
    sizes = [(9.0, 9.0), None]
    labels.annotate_all(["a.png", "b.png"], annotators=["", ""], times=np.full(2, np.nan), sizes=sizes)
    rows = np.array([0, 1])
    classes = np.zeros(2, np.int64)
    corners = np.array([(0, 0, 5, 5.0), (0, 0, 5, 5.0)])
    with pytest.raises(FileFormatError, match=r"l\.json, b\.png: the objects are in pixels and the file has no size"):
        labels.add_boxes(rows, ["cat"], classes, corners)
    corners[0, 2] = np.nan
    with pytest.raises(FileFormatError, match=r"l\.json, a\.png: a box has a corner that is not a number"):
        labels.add_boxes(rows, ["cat"], classes, corners)
