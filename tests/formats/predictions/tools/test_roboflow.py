from pathlib import Path

import pytest

from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, keypoints, saved

CAT = {"x": 50, "y": 20, "width": 20, "height": 10, "confidence": 0.75, "class": "cat", "class_id": 1}
ANT = {"x": 10, "y": 10, "width": 20, "height": 20, "confidence": 0.5, "class": "owl", "class_id": 0}
SIZE = {"width": 100, "height": 50}


def test_a_response_has_boxes_by_their_center_in_pixels_and_the_size(tmp_path: Path) -> None:
    content = {
        "a.jpg": {"time": 0.1, "image": SIZE, "predictions": [CAT, ANT]},
        "b.jpg": {"image": SIZE, "predictions": []},
    }
    predictions = read_predictions(saved(tmp_path / "p.json", content))
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert predictions.class_names == ["owl", "cat"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.4, 0.3, 0.6, 0.5]), ("owl", 0.5, [0, 0, 0.2, 0.4])]
    assert boxes(predictions, 1) == []


def test_a_response_of_the_sdk_names_its_image_and_has_the_size_as_text(tmp_path: Path) -> None:
    image = {"width": "100", "height": "50"}
    response = {
        "predictions": [{**CAT, "image_path": "pets/a.jpg", "prediction_type": "ObjectDetectionModel"}],
        "image": image,
    }
    predictions = read_predictions(saved(tmp_path / "p.json", [response]))
    assert predictions.filenames == ["pets/a.jpg"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.4, 0.3, 0.6, 0.5])]


def test_the_output_of_a_workflow_is_one_level_deeper(tmp_path: Path) -> None:
    content = [{"file": "a.jpg", "predictions": {"image": SIZE, "predictions": [CAT]}}]
    predictions = read_predictions(saved(tmp_path / "p.json", content))
    assert predictions.filenames == ["a.jpg"]
    assert len(boxes(predictions, 0)) == 1


def test_one_file_per_image_is_named_after_it(tmp_path: Path) -> None:
    for name in ("a.rf.1.json", "b.jpg.json"):
        saved(tmp_path / "run" / name, {"time": 0.1, "image": SIZE, "predictions": [CAT]})
    assert read_predictions(tmp_path / "run").filenames == ["a.rf.1.json", "b.jpg"]


def test_keypoints_make_it_a_prediction_of_keypoints(tmp_path: Path) -> None:
    points = [
        {"x": 1, "y": 2, "confidence": 0.5, "class": "nose"},
        {"x": 3, "y": 4, "confidence": 0.25, "class": "ear"},
    ]
    content = {"a.jpg": {"image": SIZE, "predictions": [{**CAT, "keypoints": points}]}}
    predictions = read_predictions(saved(tmp_path / "p.json", content))
    assert predictions.task == "keypoint-detection"
    assert keypoints(predictions, 0) == [("cat", 0.75, [1, 2, 0.5, 3, 4, 0.25])]


@pytest.mark.parametrize("points", [[], [{"x": 1, "y": 1}]])
def test_masks_are_said_not_to_be_read(tmp_path: Path, points: list[dict[str, int]]) -> None:
    content = {"a.jpg": {"image": SIZE, "predictions": [{**CAT, "points": points}]}}
    predictions = read_predictions(saved(tmp_path / "p.json", content))
    assert "masks-not-read" in [finding.what for finding in predictions.findings]
