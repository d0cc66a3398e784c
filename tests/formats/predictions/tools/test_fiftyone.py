from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, keypoints, saved

CAT = {"label": "cat", "bounding_box": [0.25, 0.5, 0.5, 0.25], "confidence": 0.75}


def sample(name: str, **fields: Any) -> dict[str, Any]:
    return {"filepath": f"data/{name}", "tags": [], **fields}


def detections(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"_cls": "Detections", "detections": list(entries)}


def test_labels_by_stem_have_the_numbers_of_the_classes(tmp_path: Path) -> None:
    labels = {"scan_1.5": [{**CAT, "label": 1}], "b": None}
    predictions = read_predictions(saved(tmp_path / "labels.json", {"classes": ["owl", "cat"], "labels": labels}))
    assert predictions.filenames == ["scan_1.5.json", "b.json"]
    assert predictions.class_names == ["owl", "cat"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0.5, 0.75, 0.75])]
    assert boxes(predictions, 1) == []


def test_of_the_fields_of_samples_the_one_with_confidences_is_read(tmp_path: Path) -> None:
    truth = detections({"label": "dog", "bounding_box": [0, 0, 1, 1]})
    samples = [
        sample("a.jpg", ground_truth=truth, yolo=detections(CAT)),
        sample("b.jpg", ground_truth=truth, yolo=detections()),
        sample("c.jpg", ground_truth=truth, yolo=None),
    ]
    predictions = read_predictions(saved(tmp_path / "export" / "samples.json", {"samples": samples}).parent)
    # What is null was not predicted.
    assert predictions.filenames == ["data/a.jpg", "data/b.jpg"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0.5, 0.75, 0.75])]


def test_two_fields_of_predictions_are_refused_by_their_names(tmp_path: Path) -> None:
    path = saved(tmp_path / "samples.json", {"samples": [sample("a.jpg", yolo=detections(CAT), detr=detections(CAT))]})
    with pytest.raises(FileFormatError, match="the predictions of 2 fields: 'yolo', 'detr'; export one of them"):
        read_predictions(path)
    path = saved(tmp_path / "b.json", {"samples": [sample("a.jpg", yolo=detections(CAT), predictions=detections(CAT))]})
    assert len(boxes(read_predictions(path), 0)) == 1


def test_labels_alone_are_no_predictions(tmp_path: Path) -> None:
    truth = detections({"label": "dog", "bounding_box": [0, 0, 1, 1]})
    path = saved(tmp_path / "samples.json", {"samples": [sample("a.jpg", ground_truth=truth)]})
    with pytest.raises(
        FileFormatError, match="no field of detections, keypoints or classes with confidences; it has 'ground_t"
    ):
        read_predictions(path, format="fiftyone")


def test_keypoints_have_a_confidence_each_and_missing_ones_none(tmp_path: Path) -> None:
    nan = {"$numberDouble": "NaN"}
    person = {"label": "person", "points": [[0.5, 0.25], [nan, nan]], "confidence": [0.5, 0.1]}
    field = {"_cls": "Keypoints", "keypoints": [person]}
    predictions = read_predictions(saved(tmp_path / "s.json", {"samples": [sample("a.jpg", predictions=field)]}))
    assert keypoints(predictions, 0) == [("person", 0.25, [0.5, 0.25, 0.5, 0, 0, 0])]
