import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import join_report
from al_core.formats.join.report import Policy
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.predictions import Predictions


def boxes(*rows: tuple[int, list[float], float, int]) -> Boxes:
    image, corners, scores, labels = zip(*rows, strict=True)
    return Boxes(np.array(image), np.array(corners, np.float32), np.array(scores, np.float32), np.array(labels))


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def texts(predictions: Predictions) -> list[str]:
    return [finding.text for finding in predictions.findings]


def test_relative_boxes_are_grouped_by_image_and_images_without_boxes_stay() -> None:
    given = boxes((2, [0, 0, 0.5, 1], 0.5, 1), (0, [0.25, 0, 1, 1], 0.75, 0))
    predictions = detection_predictions("p", ["a", "b", "c"], ["cat", "dog"], given)
    assert predictions.task == "object-detection"
    assert found(predictions, 0) == [([0.25, 0, 1, 1], 0.75, 0)]
    assert found(predictions, 1) == []
    assert found(predictions, 2) == [([0, 0, 0.5, 1], 0.5, 1)]
    assert texts(predictions) == ["Boxes are relative to the image: the largest coordinate is 1"]


def test_pixels_are_divided_by_the_size_of_their_image() -> None:
    given = boxes((0, [10, 10, 50, 20], 0.5, 0), (1, [10, 10, 50, 20], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given, np.array([[100, 20], [200, 40]]))
    assert found(predictions, 0)[0][0] == [0.1, 0.5, 0.5, 1]
    assert found(predictions, 1)[0][0] == [0.05, 0.25, 0.25, 0.5]
    assert texts(predictions) == ["Boxes are in pixels: the largest coordinate is 50"]


def test_without_the_size_of_its_image_a_box_in_pixels_has_scores_and_no_place() -> None:
    given = boxes((0, [10, 10, 50, 20], 0.5, 0), (1, [10, 10, 50, 20], 0.75, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given, np.array([[np.nan, 20], [100, 20]]))
    assert np.isnan(predictions.outputs[0].corners).all()
    assert predictions.outputs.objects.scores.tolist() == [0.5, 0.75]
    assert found(predictions, 1)[0][0] == [0.1, 0.5, 0.5, 1]
    sentences = join_report(["a", "b"], predictions).sentences()
    assert any(
        "1 image has boxes in pixels and no known size ('a'): scores do not need it, but where these boxes lie stays"
        in sentence
        for sentence in sentences
    )


def test_one_corner_far_outside_does_not_turn_relative_boxes_into_pixels() -> None:
    given = boxes((0, [0.1, 0.2, 1.7, 0.4], 0.5, 0), (1, [0, 0, 0.5, 1], 0.5, 0), (2, [0, 0.5, 0.5, 1], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b", "c"], ["cat"], given)
    assert found(predictions, 0)[0][0] == [0.1, 0.2, 1, 0.4]
    assert texts(predictions)[0] == "Boxes are relative to the image: the largest coordinate is 1.7"


def test_a_box_of_one_pixel_does_not_turn_pixels_into_relative_boxes() -> None:
    given = boxes((0, [0, 0, 1, 1], 0.5, 0), (1, [2, 2, 8, 4], 0.5, 0), (1, [0, 0, 4, 4], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given, np.array([[10, 10], [10, 10]]))
    assert found(predictions, 0)[0][0] == [0, 0, 0.1, 0.1]


def test_extents_where_corners_are_expected_are_noticed_and_said() -> None:
    given = boxes((0, [0.5, 0.5, 0.25, 0.5], 0.5, 0), (1, [0.25, 0.75, 0.5, 0.25], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given)
    assert found(predictions, 0)[0][0] == [0.5, 0.5, 0.75, 1]
    assert "Boxes are x, y, width, height: read as x0, y0, x1, y1 many would have no area" in " ".join(
        texts(predictions)
    )


def test_a_file_of_which_every_box_is_dropped_is_refused() -> None:
    report = join_report(["a"], detection_predictions("p", ["a"], ["cat"], boxes((0, [0, 0, 1, 1], 0.5, -1))))
    assert not report.usable
    assert "No box of the file can be used" in " ".join(report.sentences())


def test_a_score_just_above_one_is_one_and_counted() -> None:
    given = boxes((0, [0, 0, 1, 1], 1.00005, 0), (1, [0, 0, 1, 1], 0.5, 0))
    predictions = detection_predictions("p", ["a", "b"], ["cat"], given)
    assert predictions.outputs.objects.scores.tolist() == [1, 0.5]
    assert (
        "1 image has boxes with a score just above 1 ('a'): it counts as 1."
        in join_report(["a", "b"], predictions).sentences()
    )


def test_bad_boxes_are_left_out_or_clipped_and_reported_by_image() -> None:
    given = boxes(
        (0, [-0.5, 0, 0.5, 1], 0.5, 0),
        (1, [0.5, 0.5, 0.5, 1], 0.5, 0),
        (2, [0, 0, np.nan, 1], 0.5, 0),
        (3, [0, 0, 1, 1], 0.5, -1),
        (4, [1.1, 1.1, 1.2, 1.2], 0.5, 0),
    )
    predictions = detection_predictions("p", list("abcde"), ["cat"], given)
    assert predictions.outputs.n_boxes.tolist() == [1, 0, 0, 0, 0]
    assert found(predictions, 0)[0][0] == [0, 0, 0.5, 1]
    problems = {finding.what: finding.names for finding in predictions.findings if finding.names}
    assert problems == {
        "unknown-category": ("d",),
        "boxes-not-finite": ("c",),
        "boxes-clipped": ("a", "e"),
        "boxes-empty": ("b", "e"),
    }
    assert join_report(list("abcde"), predictions).usable
    assert not join_report(list("abcde"), predictions, policy=Policy.REJECT).usable


def test_a_percentage_is_refused_as_a_score() -> None:
    with pytest.raises(
        FileFormatError, match="a box of 'a' has score 87; scores lie in 0 to 1, divide percentages by 100"
    ):
        detection_predictions("p", ["a"], ["cat"], boxes((0, [0, 0, 1, 1], 87, 0)))
