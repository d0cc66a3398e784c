from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels, read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes, saved

CATEGORIES = {"1": "animal", "2": "person", "3": "vehicle"}
FOX = {"category": "1", "conf": 0.926, "bbox": [0.25, 0.5, 0.125, 0.25]}
VAN = {"category": "3", "conf": 0.5, "bbox": [0.0, 0.0, 1.0, 0.5]}
EMPTY: dict[str, Any] = {"file": "b/2.jpg", "detections": []}
IMAGES = [{"file": "a/1.jpg", "detections": [FOX, VAN]}, EMPTY]
INFO = {"format_version": "1.5", "detector": "md_v5a.0.1.pt", "detection_completion_time": "2025-01-01 10:00:00"}


def results(*images: Any, **others: Any) -> dict[str, Any]:
    # MegaDetector writes its images first, its repository's API wrote what they mean first.
    return {"images": list(images), "detection_categories": CATEGORIES, "info": INFO, **others}


def test_boxes_are_relative_and_their_categories_have_names(tmp_path: Path) -> None:
    path = saved(tmp_path / "md.json", results(*IMAGES))
    assert recognize(path) == "megadetector"
    predictions = read_predictions(path)
    assert (predictions.task, predictions.filenames) == ("object-detection", ["a/1.jpg", "b/2.jpg"])
    assert predictions.class_names == ["animal", "person", "vehicle"]
    assert boxes(predictions, 0) == [
        ("animal", 0.926, [0.25, 0.5, 0.375, 0.75]),
        ("vehicle", 0.5, [0.0, 0.0, 1.0, 0.5]),
    ]
    assert boxes(predictions, 1) == []


@pytest.mark.parametrize(
    "failed",
    [
        {"file": "c.jpg", "failure": "Image access failure"},
        {"file": "c.jpg", "failure": "Failure image access", "detections": None},
        {"file": "c.jpg", "detections": None},
        {"file": "c.jpg", "failure": "Failure inference", "detections": [], "max_detection_conf": 0.0},
    ],
)
def test_an_image_that_failed_has_no_predictions_and_is_named(tmp_path: Path, failed: dict[str, Any]) -> None:
    predictions = read_predictions(saved(tmp_path / "md.json", results(failed, *IMAGES)))
    assert predictions.filenames == ["a/1.jpg", "b/2.jpg"]
    (finding,) = [finding for finding in predictions.findings if finding.what == "images-failed"]
    assert finding.names == ("c.jpg",)
    with pytest.raises(FileFormatError, match=r"md\.json: MegaDetector failed on all of its 1 images"):
        read_predictions(saved(tmp_path / "md.json", results(failed)))


def test_a_file_of_many_images_without_boxes_is_recognized_by_them(tmp_path: Path) -> None:
    empty = [{"file": f"{number}.jpg", "detections": []} for number in range(8000)]
    assert recognize(saved(tmp_path / "md.json", results(*empty))) == "megadetector"


def test_species_beside_the_boxes_are_said_not_to_be_read(tmp_path: Path) -> None:
    image = {"file": "a.jpg", "max_detection_conf": 0.926, "detections": [FOX | {"classifications": [["7", 0.9]]}]}
    content = results(image, classification_categories={"7": "red fox"})
    predictions = read_predictions(saved(tmp_path / "md.json", content))
    assert predictions.class_names == list(CATEGORIES.values())
    assert "classifications-not-read" in [finding.what for finding in predictions.findings]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (results({"file": "a.jpg", "detections": [FOX | {"category": "9"}]}), "category '9' is not among .*'1', '2'"),
        (results({"file": "a.jpg", "detections": [FOX | {"bbox": [1, 2]}]}), r"images\[0\]: expected a list of 4"),
        (results({"file": "a.jpg", "detections": [FOX | {"conf": None}]}), "has no 'conf'"),
        (results({"file": "v.mp4", "detections": [FOX | {"frame_number": 3}]}), "frames of a video .* extract"),
        (results({"detections": [FOX], "file": 3}), r"images\[0\]: expected 'file', the name of the image"),
        ({"images": [*IMAGES]}, "has no 'detection_categories'"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(saved(tmp_path / "md.json", content))


def test_as_labels_it_is_refused_with_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"MegaDetector.*add them as predictions"):
        read_labels(saved(tmp_path / "md.json", results(*IMAGES)))
