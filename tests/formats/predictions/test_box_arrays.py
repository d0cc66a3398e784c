from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes


def npz(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "p.npz", **arrays)
    return folder / "p.npz"


def test_places_behind_the_number_of_detections_hold_no_box(tmp_path: Path) -> None:
    path = npz(
        tmp_path,
        detection_boxes=[[[0.1, 0.2, 0.3, 0.4], [0, 0, 0.5, 0.5]], [[0, 0, 1, 1], [0, 0, 1, 1]]],
        detection_scores=[[0.75, 0.5], [0.25, 0.25]],
        detection_classes=[[2, 1], [1, 1]],
        num_detections=[2, 0],
        filenames=["a.png", "b.png"],
    )
    assert recognize(path) == "box-arrays"
    predictions = read_predictions(path)
    # TensorFlow writes y before x.
    assert boxes(predictions, 0) == [
        ("class_2", 0.75, [0.2, 0.1, 0.4, 0.3]),
        ("class_1", 0.5, [0, 0, 0.5, 0.5]),
    ]
    assert boxes(predictions, 1) == []


def test_padding_without_a_score_is_left_out(tmp_path: Path) -> None:
    path = npz(tmp_path, boxes=[[[0, 0, 0.5, 0.5], [0, 0, 0, 0]]], scores=[[0.5, 0]], labels=[[0, 0]], paths=["a.png"])
    assert boxes(read_predictions(path), 0) == [("class_0", 0.5, [0, 0, 0.5, 0.5])]


def test_images_without_names_are_in_the_order_of_the_samples(tmp_path: Path) -> None:
    path = npz(tmp_path, boxes=np.tile([0, 0, 1, 1], (2, 1, 1)), scores=[[0.5], [0.75]])
    predictions = read_predictions(path, filenames=["b.png", "a.png"])
    assert predictions.filenames == ["b.png", "a.png"]
    assert predictions.findings[0].what == "order-assumed"


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"boxes": np.zeros((2, 4)), "scores": [0.5, 0.5]}, "no filename for each; add an array 'filenames'"),
        ({"boxes": np.zeros((2, 4)), "scores": [0.5], "paths": ["a", "b"]}, r"expected the shape \(2,\), found \(1,\)"),
        ({"boxes": np.zeros((1, 4)), "scores": [0.5], "labels": [0.5], "paths": ["a"]}, "whole numbers as labels"),
    ],
)
def test_arrays_that_do_not_fit_each_other_are_refused(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        read_predictions(npz(tmp_path, **arrays))
