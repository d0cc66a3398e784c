import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.predictions.predictions import Predictions


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def records(tmp_path: Path, *rows: dict[str, Any], name: str = "p.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_json_lines_hold_boxes_with_scores_and_labels(tmp_path: Path) -> None:
    predictions = read_predictions(
        records(
            tmp_path,
            {"filename": "a", "boxes": [[0, 0, 0.5, 1]], "scores": [0.5], "labels": ["dog"]},
            {"filename": "b", "boxes": [], "scores": [], "labels": []},
            {"filename": "c", "boxes": [[0, 0, 1, 1]], "scores": [0.25], "labels": ["cat"]},
        )
    )
    assert predictions.class_names == ["cat", "dog"]
    assert found(predictions, 0) == [([0, 0, 0.5, 1], 0.5, 1)]
    assert predictions.outputs.n_boxes.tolist() == [1, 0, 1]


def test_json_lines_hold_object_and_class_probabilities(tmp_path: Path) -> None:
    row = {
        "filename": "a",
        "boxes": [[0, 0, 1, 1]],
        "object_probabilities": [0.5],
        "class_probabilities": [[0.25, 0.75]],
    }
    predictions = read_predictions(records(tmp_path, row))
    assert found(predictions, 0) == [([0, 0, 1, 1], 0.375, 1)]
    np.testing.assert_array_equal(predictions.outputs[0].class_probabilities, [[0.25, 0.75]])


@pytest.mark.parametrize(
    "row",
    [
        {"bboxes": [[20, 10, 100, 50]], "scores": [0.75], "classes": ["cat"]},
        {"boxes": [[20, 10, 100, 50]], "confidences": [0.75], "class_names": ["cat"]},
        {"boxes": [[20, 10, 100, 50]], "conf": [0.75], "class_ids": [0], "names": ["cat"]},
    ],
)
def test_usual_names_are_understood_and_sizes_in_the_record_place_the_boxes(
    tmp_path: Path, row: dict[str, Any]
) -> None:
    predictions = read_predictions(records(tmp_path, {"filename": "a", "width": 200, "height": 100, **row}))
    assert found(predictions, 0) == [([0.1, 0.1, 0.5, 0.5], 0.75, 0)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "labels": [0]},
            "line 2: expected 1 'scores', one per box, found none",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "scores": [1, 1], "labels": [0]},
            "line 2: expected 1 'scores'.* 2 entries",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1]], "scores": [1], "labels": [0]},
            "line 2: a box is x0, y0, x1, y1; found 3",
        ),
        (
            {"filename": "b", "boxes": [[0, 0, 1, 1]], "scores": [1], "labels": [-1]},
            "line 2: a label is a class name or",
        ),
        ({"boxes": []}, "line 2 has no 'filename'; its keys are 'boxes'; add one"),
        ([], "line 2: expected an object with a filename, found list"),
    ],
)
def test_a_bad_record_is_refused_with_its_line(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    good = {"filename": "a", "boxes": [], "scores": [], "labels": []}
    with pytest.raises(FileFormatError, match=message):
        read_predictions(records(tmp_path, good, row))
