from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels
from tests.formats.predictions.tools.objects import saved

BOX = {"_cls": "Detection", "label": "cat", "bounding_box": [0.25, 0.5, 0.5, 0.25]}


def sample(name: str, **fields: Any) -> dict[str, Any]:
    return {"filepath": f"data/{name}", "tags": [], "metadata": {"width": 40, "height": 20}, **fields}


def detections(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"_cls": "Detections", "detections": list(entries)}


def test_labels_json_has_classes_by_number_or_by_name(tmp_path: Path) -> None:
    labels = {"b/scan_1.5": 1, "c": "owl", "d": None}
    read = read_labels(saved(tmp_path / "labels.json", {"classes": ["cat", "dog"], "labels": labels}))
    assert (read.filenames, read.open_filenames) == (["b/scan_1.5.json", "c.json"], ["d.json"])
    assert [read.class_names[label] for label in read.classes["label"]] == ["dog", "owl"]


def test_labels_json_has_boxes_relative_to_the_image(tmp_path: Path) -> None:
    labels = {"a": [{"label": 0, "bounding_box": [0.25, 0.5, 0.5, 0.25]}], "b": []}
    read = read_labels(saved(tmp_path / "labels.json", {"classes": ["cat"], "labels": labels}))
    # An empty list is what somebody has left on an image, null is not.
    assert (read.filenames, read.open_filenames) == (["a.json", "b.json"], [])
    assert read.boxes[["row", "x0", "y0", "x1", "y1"]].tolist() == [(0, 0.25, 0.5, 0.75, 0.75)]


def test_of_the_fields_of_samples_the_one_without_confidences_is_read(tmp_path: Path) -> None:
    samples = [
        sample("a.jpg", truth=detections(BOX), yolo=detections({**BOX, "label": "dog", "confidence": 0.5})),
        sample("b.jpg", truth=None, yolo=detections()),
    ]
    read = read_labels(saved(tmp_path / "export" / "samples.json", {"samples": samples}).parent)
    assert (read.filenames, read.open_filenames) == (["data/a.jpg"], ["data/b.jpg"])
    assert read.class_names == ["cat"]
    np.testing.assert_allclose(read.sizes, [[40, 20]])


def test_polylines_and_keypoints_of_samples_are_read(tmp_path: Path) -> None:
    square = {"label": "cat", "points": [[[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]], "closed": True, "filled": True}
    person = {"label": "person", "points": [[0.5, 0.25], [{"$numberDouble": "NaN"}] * 2]}
    shapes = {"_cls": "Polylines", "polylines": [square]}
    points = {"_cls": "Keypoints", "keypoints": [person]}
    read = read_labels(saved(tmp_path / "samples.json", {"samples": [sample("a.jpg", ground_truth=shapes)]}))
    assert read.boxes[["x0", "y0", "x1", "y1"]].tolist() == [(0, 0, 0.5, 0.5)]
    # A quarter of 40 x 20 pixels.
    assert read.runs[read.runs["label"] == 0]["length"].sum() == 200
    read = read_labels(saved(tmp_path / "samples.json", {"samples": [sample("a.jpg", ground_truth=points)]}))
    assert read.keypoints[["number", "x", "y", "visibility"]].tolist() == [(0, 0.5, 0.25, 2)]


def test_several_fields_of_labels_are_refused_by_their_names(tmp_path: Path) -> None:
    path = saved(tmp_path / "samples.json", {"samples": [sample("a.jpg", one=detections(BOX), two=detections(BOX))]})
    with pytest.raises(FileFormatError, match="unclear which field has the labels of people; its fields are 'one', 't"):
        read_labels(path)
