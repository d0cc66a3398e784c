from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes, saved

BOX = [0.5, 0.25, 0.75, 1.0]
"""ymin, xmin, ymax, xmax."""
CORNERS = [0.25, 0.5, 1.0, 0.75]
PADDING = [0.0, 0.0, 0.0, 0.0]
IMAGE = {
    "num_detections": 1.0,
    "detection_boxes": [BOX, PADDING],
    "detection_scores": [0.75, 0.0],
    "detection_classes": [18.0, 1.0],
    "raw_detection_boxes": [BOX],
    "raw_detection_scores": [[0.1, 0.9]],
}
EMPTY = IMAGE | {"num_detections": 0.0, "detection_scores": [0.0, 0.0]}
BATCH = {key: [value] for key, value in IMAGE.items()}
BOTH = {key: [IMAGE[key], EMPTY[key]] for key in IMAGE}


@pytest.mark.parametrize(
    "content",
    [
        {"predictions": [IMAGE, EMPTY]},
        {"outputs": BOTH},
        BOTH,
        {"a.jpg": IMAGE, "b.jpg": EMPTY},
        {"a.jpg": BATCH, "b.jpg": EMPTY},
        {"a.jpg": {"predictions": [IMAGE]}, "b.jpg": {"predictions": [EMPTY]}},
        [{"filename": "a.jpg", **IMAGE}, {"filename": "b.jpg", **EMPTY}],
        [{"image": "a.jpg", "detections": IMAGE}, {"image": "b.jpg", "detections": EMPTY}],
        BOTH | {"filenames": ["a.jpg", "b.jpg"]},
        BOTH | {"model": ["x", "y"], "image_paths": ["a.jpg", "b.jpg"]},
    ],
)
def test_corners_have_y_first_and_places_behind_the_number_of_detections_are_empty(
    tmp_path: Path, content: object
) -> None:
    path = saved(tmp_path / "p.json", content)
    assert recognize(path) == "tensorflow"
    predictions = read_predictions(path, filenames=["a.jpg", "b.jpg"])
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert boxes(predictions, 0) == [("class_18", 0.75, CORNERS)]
    assert boxes(predictions, 1) == []
    assert not [finding for finding in predictions.findings if finding.severity != "note"]


def test_a_line_of_json_lines_is_an_image(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    lines = [saved(tmp_path / f"{name}.json", {"filename": name, **IMAGE}).read_text() for name in ("a.jpg", "b.jpg")]
    path.write_text("\n".join(lines) + "\n")
    assert [boxes(read_predictions(path), image) for image in range(2)] == [[("class_18", 0.75, CORNERS)]] * 2


@pytest.mark.parametrize("number", [{}, {"num_detections": 25}])
def test_without_a_number_of_detections_places_without_a_score_are_empty(
    tmp_path: Path, number: dict[str, Any]
) -> None:
    tflite = {key: value for key, value in IMAGE.items() if key != "num_detections"} | number
    assert boxes(read_predictions(saved(tmp_path / "p.json", {"a.jpg": tflite})), 0) == [("class_18", 0.75, CORNERS)]


@pytest.mark.parametrize("key", ["detection_class_entities", "detection_class_names"])
def test_names_of_classes_are_taken_where_they_are_beside_the_numbers(tmp_path: Path, key: str) -> None:
    named = IMAGE | {key: ["Dog", "Person"]}
    assert boxes(read_predictions(saved(tmp_path / "p.json", {"a.jpg": named})), 0) == [("Dog", 0.75, CORNERS)]
    only_names = {other: value for other, value in named.items() if other != "detection_classes"}
    assert boxes(read_predictions(saved(tmp_path / "p.json", {"a.jpg": only_names})), 0) == [("Dog", 0.75, CORNERS)]


def test_boxes_in_pixels_are_divided_by_the_size_beside_them(tmp_path: Path) -> None:
    image = IMAGE | {"detection_boxes": [[50, 25, 75, 100], PADDING], "width": 100, "height": 100}
    assert boxes(read_predictions(saved(tmp_path / "p.json", {"a.jpg": image})), 0) == [("class_18", 0.75, CORNERS)]


def test_masks_and_keypoints_beside_the_boxes_are_said_not_to_be_read(tmp_path: Path) -> None:
    image = IMAGE | {"detection_masks": [[[0.5]]] * 2, "detection_keypoints": [[[0.5, 0.5]]] * 2}
    findings = read_predictions(saved(tmp_path / "p.json", {"a.jpg": image})).findings
    assert {"masks-not-read", "keypoints-not-read"} <= {finding.what for finding in findings}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a.jpg": IMAGE | {"detection_scores": [0.75]}}, "'a.jpg': expected as many detection_scores .*2, found 1"),
        ({"a.jpg": IMAGE | {"detection_classes": [1.5, 1.0]}}, "a class is a name or a whole number"),
        ({"a.jpg": IMAGE | {"detection_boxes": [[1, 2], [3, 4]]}}, "expected a list of 4 numbers"),
        ({"a.jpg": BOTH}, "'a.jpg' holds 2 images under one name"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(saved(tmp_path / "p.json", content))
