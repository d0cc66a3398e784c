import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.yolo_lines import Numbers, TextObjects, read_objects

BOX = [0.5, 0.5, 0.25, 0.125]


def read(*lines: list[float], shape: tuple[int, int] | None = None) -> TextObjects:
    return read_objects(lambda line: f"a.txt, line {line + 1}", lines, shape)


def what(objects: TextObjects) -> list[str]:
    return [finding.what for finding in objects.findings]


def test_a_box_has_its_confidence_at_the_end() -> None:
    objects = read([*BOX, 0.75])
    assert (objects.coordinates.tolist(), objects.layout) == ([BOX], Layout.CENTER)
    assert objects.scores.tolist() == [0.75]


def test_no_lines_are_no_objects() -> None:
    assert len(read().scores) == 0


def test_the_confidence_behind_the_class_is_recognized_where_boxes_would_lie_outside() -> None:
    objects = read([0.75, 0.875, 0.875, 0.25, 0.25], [0.25, 0.125, 0.125, 0.25, 0.25])
    assert objects.coordinates.tolist() == [[0.875, 0.875, 0.25, 0.25], [0.125, 0.125, 0.25, 0.25]]
    assert objects.scores.tolist() == [0.75, 0.25]
    assert what(objects) == ["confidence-second"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param([*BOX, 0.25], id="the first number may be a confidence"),
        pytest.param([*BOX, 1.0], id="the last number may be a track"),
        pytest.param([0.25, 0.25, 0.5, 0.5, 0.75], id="the numbers may be two corners"),
    ],
)
def test_where_another_order_would_fit_too_the_usual_one_is_said(line: list[float]) -> None:
    objects = read(line)
    assert (objects.coordinates.tolist(), objects.scores.tolist()) == ([line[:4]], [line[4]])
    assert what(objects) == ["usual-order"]


def test_the_id_of_a_track_is_left_out_and_never_a_confidence() -> None:
    objects = read([*BOX, 0.75, 7], [*BOX, 0.5, 1])
    assert (objects.scores.tolist(), what(objects)) == ([0.75, 0.5], ["track-ids"])
    with pytest.raises(FileFormatError, match="has no confidence"):
        read([*BOX, 7], [*BOX, 1])
    with pytest.raises(FileFormatError, match="the last number of each line is whole"):
        read(*[[*BOX, 1]] * 5)


def test_a_rotated_box_becomes_the_upright_box_around_it() -> None:
    objects = read([0.5, 0.25, 0.75, 0.5, 0.5, 0.75, 0.25, 0.5, 0.5])
    assert objects.coordinates.tolist() == [[0.25, 0.25, 0.75, 0.75]]
    assert (objects.layout, objects.scores.tolist(), what(objects)) == (Layout.CORNERS, [0.5], ["rotated-as-boxes"])


def test_an_outline_becomes_the_box_around_it() -> None:
    objects = read([0.25, 0.5, 0.5, 0.25, 0.75, 0.5, 0.5], [0, 0, 1, 0, 1, 0.5, 0.5, 0.75, 0, 0.5, 0.75])
    assert objects.coordinates.tolist() == [[0.25, 0.25, 0.75, 0.5], [0, 0, 1, 0.75]]
    assert (objects.scores.tolist(), what(objects)) == ([0.5, 0.75], ["polygons-as-boxes"])


POINTS = [0.45, 0.45, 0.75, 0.55, 0.55, 0.5]


def test_keypoints_are_read_with_and_without_a_confidence_of_their_object() -> None:
    for scores, lines in (([0.75], [[*BOX, *POINTS, 0.75]]), ([-1], [[*BOX, *POINTS]])):
        objects = read(*lines)
        assert objects.keypoints is not None
        np.testing.assert_array_equal(objects.keypoints, [[POINTS[:3], POINTS[3:]]])
        assert objects.scores.tolist() == scores


def test_the_shape_of_keypoints_in_data_yaml_decides() -> None:
    far_away = [0.1, 0.1, 0.75, 0.9, 0.9, 0.5]
    line = [*BOX, *far_away, 0.75]
    assert what(read(line)) == ["polygons-as-boxes"]
    assert read(line, shape=(2, 3)).keypoints is not None
    assert what(read(line, shape=(3, 2))) == ["keypoints-without-confidence"]
    # Outlines of so many objects are not all of five points.
    assert read(*[line] * 3).keypoints is not None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([[*BOX, 0.5], BOX], "line 2 has no confidence; predict with save_txt=True and save_conf=True"),
        ([[0.5, 0.25, 0.75, 0.5, 0.5, 0.75, 0.25, 0.5]], "line 1 has no confidence"),
        ([[*BOX, 0.5, 0.5, 2, 0.5, 0.5, 1]], "its keypoints have visibility flags"),
        ([[0, 0, 1, 0, 1, 1], [0, 0, 1, 0, 1, 1, 0, 1]], "line 1 has no confidence"),
        ([[0, 0, 1, 0, 1, 1, 0.5], [*BOX, 0.5]], "line 2: expected a box .* or an outline .* found 6 numbers"),
        ([[*BOX, 0.5, 0.5]], "line 1: expected class, x, y, width, height, confidence, found 7 numbers"),
    ],
    ids=str,
)
def test_what_is_no_prediction_is_refused_with_its_line(lines: Numbers, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_objects(lambda line: f"a.txt, line {line + 1}", lines)
