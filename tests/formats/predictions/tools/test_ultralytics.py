from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, keypoints, saved

CAT = {"name": "cat", "class": 1, "confidence": 0.75, "box": {"x1": 0.25, "y1": 0, "x2": 0.5, "y2": 0.5}}
DOG = {"name": "dog", "class": 0, "confidence": 0.5, "box": {"x1": 0, "y1": 0.25, "x2": 1, "y2": 1}}


@pytest.mark.parametrize("content", [{"a.jpg": [CAT, DOG], "b.jpg": []}, [[CAT, DOG], []]])
def test_the_objects_of_each_image_are_read_with_classes_in_their_order(tmp_path: Path, content: Any) -> None:
    predictions = read_predictions(saved(tmp_path / "p.json", content), filenames=["a.jpg", "b.jpg"])
    assert (predictions.filenames, predictions.class_names) == (["a.jpg", "b.jpg"], ["dog", "cat"])
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0, 0.5, 0.5]), ("dog", 0.5, [0, 0.25, 1, 1])]
    assert boxes(predictions, 1) == []


def test_one_image_is_named_after_its_file(tmp_path: Path) -> None:
    predictions = read_predictions(saved(tmp_path / "street.json", [CAT]))
    assert predictions.filenames is not None
    assert predictions.filenames[0].startswith("street")


def test_a_rotated_box_becomes_the_upright_one_around_it_and_masks_are_said_to_be_left_out(tmp_path: Path) -> None:
    box = {"x1": 0.5, "y1": 0, "x2": 1, "y2": 0.5, "x3": 0.5, "y3": 1, "x4": 0, "y4": 0.5}
    predictions = read_predictions(saved(tmp_path / "p.json", {"a.jpg": [CAT | {"box": box, "segments": {"x": []}}]}))
    assert boxes(predictions, 0) == [("cat", 0.75, [0, 0, 1, 1])]
    assert {"rotated-as-boxes", "masks-not-read"} <= {finding.what for finding in predictions.findings}


def test_poses_have_keypoints_with_confidences(tmp_path: Path) -> None:
    pose = CAT | {"keypoints": {"x": [0.25, 0.5], "y": [0, 0.5], "visible": [0.5, 0.75]}}
    predictions = read_predictions(saved(tmp_path / "p.json", {"a.jpg": [pose]}))
    assert keypoints(predictions, 0) == [("cat", 0.75, [0.25, 0, 0.5, 0.5, 0.5, 0.75])]


def test_classified_images_have_probabilities(tmp_path: Path) -> None:
    classes = [{"name": "cat", "class": 1, "confidence": 0.75}, {"name": "dog", "class": 0, "confidence": 0.25}]
    for content in ({"a.jpg": classes, "b.jpg": classes}, [classes, classes]):
        predictions = read_predictions(saved(tmp_path / "p.json", content), filenames=["a.jpg", "b.jpg"])
        assert (predictions.filenames, predictions.class_names) == (["a.jpg", "b.jpg"], ["cat", "dog"])
        np.testing.assert_array_equal(predictions.outputs, [[0.75, 0.25]] * 2)


CSV = """filename,name,class,confidence,box
a.jpg,cat,1,0.75,"{'x1': 0.25, 'y1': 0.0, 'x2': 0.5, 'y2': 0.5}"
b.jpg,dog,0,0.5,"{'x1': 0.0, 'y1': 0.25, 'x2': 1.0, 'y2': 1.0}"
"""


def test_a_table_of_objects_is_read_by_filename_or_for_one_image(tmp_path: Path) -> None:
    path = tmp_path / "street.csv"
    path.write_text(CSV)
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert boxes(predictions, 1) == [("dog", 0.5, [0, 0.25, 1, 1])]
    path.write_text(CSV.replace("filename,", "").replace("a.jpg,", "").replace("b.jpg,", ""))
    assert read_predictions(path).outputs.n_boxes.tolist() == [2]
    for mark in "_.":
        path.write_text(
            f"name,class,confidence,box{mark}x1,box{mark}y1,box{mark}x2,box{mark}y2\ncat,1,0.75,0.25,0.0,0.5,0.5\n"
        )
        assert boxes(read_predictions(path), 0) == [("cat", 0.75, [0.25, 0, 0.5, 0.5])]
    path.write_text(CSV.replace("{'x1'", "{x1"))
    with pytest.raises(FileFormatError, match=r"street\.csv, line 2: expected numbers as 'box'"):
        read_predictions(path)
