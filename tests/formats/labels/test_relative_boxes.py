import numpy as np

from al_core.formats.labels.relative_boxes import RelativeBoxes


def test_a_box_beyond_the_margin_is_reported_and_one_within_it_only_clipped() -> None:
    corners = np.array([(-0.005, 0, 0.5, 1.005), (-0.02, 0, 0.5, 1)])
    boxes = RelativeBoxes(corners, np.ones((2, 2)), np.ones(2, bool))
    assert boxes.clipped.tolist() == [[0, 0, 0.5, 1], [0, 0, 0.5, 1]]
    assert [(box, [finding.what for finding in each]) for box, each in boxes.findings()] == [(1, ["objects-clipped"])]


def test_a_box_without_a_class_is_no_object_and_never_wrong() -> None:
    corners = np.array([(0, 0, np.nan, 1), (0, 0, 1, 1), (0, 0, 1, np.inf)])
    boxes = RelativeBoxes(corners, np.ones((3, 2)), np.array([False, True, True]))
    assert boxes.first_wrong() == 2
    assert boxes.are_objects.tolist()[:2] == [False, True]
    assert next(boxes.findings())[0] == 0
