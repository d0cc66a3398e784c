from pathlib import Path

import pytest

from al_core.formats import read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes, saved

IMAGE = {"boxes": [[0.1, 0.2, 0.5, 1.0]], "labels": [3], "scores": [0.75]}
EMPTY: dict[str, list[int]] = {"boxes": [], "labels": [], "scores": []}


@pytest.mark.parametrize("content", [[IMAGE, EMPTY], {"a.jpg": IMAGE, "b.jpg": EMPTY}])
def test_images_are_in_order_or_by_filename(tmp_path: Path, content: object) -> None:
    path = saved(tmp_path / "p.json", content)
    assert recognize(path) == "torchvision"
    predictions = read_predictions(path, filenames=["a.jpg", "b.jpg"])
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert boxes(predictions, 0) == [("class_3", 0.75, [0.1, 0.2, 0.5, 1.0])]
    assert boxes(predictions, 1) == []


def test_classes_of_grounding_dino_are_its_texts(tmp_path: Path) -> None:
    grounded = {"boxes": IMAGE["boxes"], "scores": [0.75], "text_labels": ["a cat"]}
    for content in ({"a.jpg": grounded}, {"a.jpg": grounded | {"labels": [0]}}, [{"image": "a.jpg", **grounded}]):
        predictions = read_predictions(saved(tmp_path / "p.json", content))
        assert boxes(predictions, 0) == [("a cat", 0.75, [0.1, 0.2, 0.5, 1.0])]


def test_records_that_name_their_image_are_json_boxes(tmp_path: Path) -> None:
    assert recognize(saved(tmp_path / "p.json", [{"filename": "a.jpg", **IMAGE}])) == "detection-json"


def test_ids_beside_the_boxes_name_the_images(tmp_path: Path) -> None:
    records = [
        {"image_id": f"{name}.jpg", "boxes": [[0, 0, 0.5, 0.5]], "scores": [0.5], "labels": [1]} for name in "ba"
    ]
    predictions = read_predictions(saved(tmp_path / "p.json", records))
    assert predictions.filenames == ["b.jpg", "a.jpg"]


def test_keypoints_whose_scores_are_no_probabilities_are_said_not_to_be_read(tmp_path: Path) -> None:
    image = {
        "boxes": [[0, 0, 9, 9]],
        "labels": [1],
        "scores": [0.5],
        "keypoints": [[[1, 2, 1]]],
        "keypoints_scores": [[12.5]],
    }
    predictions = read_predictions(saved(tmp_path / "p.json", {"a.png": image}))
    assert predictions.task == "object-detection"
    assert "keypoints-not-read" in [finding.what for finding in predictions.findings]
