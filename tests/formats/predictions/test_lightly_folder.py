import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.predictions.predictions import Predictions
from al_core.scorers import SCORERS

CATEGORIES = [{"id": 5, "name": "dog"}, {"id": 2, "name": "cat"}]


def lightly(tmp_path: Path, task: str, **images: list[dict[str, Any]]) -> Path:
    folder = tmp_path / "predictions" / "my-task"
    folder.mkdir(parents=True)
    (tmp_path / "predictions" / "tasks.json").write_text('["my-task"]')
    (folder / "schema.json").write_text(json.dumps({"task_type": task, "categories": CATEGORIES}))
    for stem, predictions in images.items():
        (folder / f"{stem}.json").write_text(json.dumps({"file_name": f"{stem}.jpg", "predictions": predictions}))
    return tmp_path / "predictions"


def scores(predictions: Predictions) -> dict[str, NDArray[np.floating]]:
    return SCORERS[predictions.task](predictions.take(np.arange(len(predictions)))).calculate_scores()


def test_lightly_classification_follows_the_order_of_category_ids(tmp_path: Path) -> None:
    path = lightly(
        tmp_path,
        "classification",
        a=[{"category_id": 2, "probabilities": [0.75, 0.25]}],
        b=[{"category_id": 5, "score": 0.875}],
        c=[],
    )
    predictions = read_predictions(path)
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.75, 0.25], [0.125, 0.875], [np.nan, np.nan]])


def test_lightly_detection_keeps_its_class_probabilities(tmp_path: Path) -> None:
    box = {"category_id": 5, "bbox": [10, 20, 30, 20], "score": 0.5, "probabilities": [0.25, 0.75]}
    predictions = read_predictions(lightly(tmp_path, "object-detection", a=[box], b=[]))
    assert predictions.outputs.n_boxes.tolist() == [1, 0]
    np.testing.assert_array_equal(predictions.outputs[0].class_probabilities, [[0.25, 0.75]])


def test_lightly_segmentation_reads_run_lengths_of_zeros_and_ones_in_turn(tmp_path: Path) -> None:
    # Lightly's own example: the mask [[0,0,1,1],[0,1,1,1],[0,0,0,1]].
    mask = {"category_id": 2, "segmentation": [2, 2, 1, 3, 3, 1], "score": 0.5}
    predictions = read_predictions(lightly(tmp_path, "semantic-segmentation", a=[mask], b=[]))
    assert predictions.outputs[0].shape == (1, 6, 2)
    np.testing.assert_array_equal(scores(predictions)["uncertainty_margin"], [1, 0])


def test_lightly_keypoints_have_confidences(tmp_path: Path) -> None:
    person = {"category_id": 2, "keypoints": [1, 2, 0.5, 3, 4, 1], "score": 0.9}
    predictions = read_predictions(lightly(tmp_path, "keypoint-detection", a=[person], b=[]))
    np.testing.assert_array_equal(scores(predictions)["mean_uncertainty"], [0.25, 0])


@pytest.mark.parametrize(
    ("task", "found", "message"),
    [
        (
            "regression",
            {},
            r"schema\.json: task_type is 'regression'; expected one of classification, object-detection",
        ),
        ("classification", {"probabilities": [1]}, r"a\.jpg: expected 2 probabilities, one per category"),
        ("classification", {"category_id": 9, "score": 0.5}, r"a\.jpg: category_id 9 is not in the schema"),
        ("object-detection", {"category_id": 2, "score": 0.5}, "expected a bbox x, y, width, height; found None"),
        ("semantic-segmentation", {"category_id": 2, "score": 1, "segmentation": [-1]}, "a list of run lengths from 0"),
        ("semantic-segmentation", {"category_id": 2, "score": 1, "segmentation": [10**12]}, "1,000,000,000,000 pixels"),
        ("keypoint-detection", {"category_id": 2, "keypoints": [1, 2], "score": 1}, "multiple of 3 numbers, not 2"),
        (
            "keypoint-detection",
            {"category_id": 2, "keypoints": [1, 2, 2], "score": 1},
            "visibility flags and logits are not confid",
        ),
    ],
)
def test_a_bad_lightly_file_is_refused(tmp_path: Path, task: str, found: dict[str, Any], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(lightly(tmp_path, task, a=[found]))


def test_a_task_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = lightly(tmp_path, "classification", a=[])
    (path / "my-task" / "schema.json").write_text('{"task_type": ["x"], "categories": []}')
    with pytest.raises(FileFormatError, match=r"task_type is \['x'\]; expected one of classification"):
        read_predictions(path)


def test_nan_in_a_lightly_file_is_a_probability_that_is_not_there(tmp_path: Path) -> None:
    predictions = read_predictions(
        lightly(
            tmp_path, "classification", a=[{"probabilities": [float("nan"), 0.5]}], b=[{"probabilities": [0.5, 0.5]}]
        )
    )
    assert np.isnan(predictions.outputs[0][0])
    assert predictions.outputs[1][1] == 0.5


def test_two_lightly_tasks_are_refused_with_their_folders(tmp_path: Path) -> None:
    path = lightly(tmp_path, "classification", a=[])
    (path / "other").mkdir()
    (path / "other" / "schema.json").write_text("{}")
    with pytest.raises(
        FileFormatError, match=r"holds 2 tasks: my-task/schema\.json, other/schema\.json; give the folder"
    ):
        read_predictions(path)


def test_two_categories_with_the_same_id_are_refused(tmp_path: Path) -> None:
    path = lightly(tmp_path, "classification", a=[{"category_id": 2, "probabilities": [0.75, 0.25]}])
    schema = {"task_type": "classification", "categories": [*CATEGORIES, {"id": 2, "name": "owl"}]}
    (path / "my-task" / "schema.json").write_text(json.dumps(schema))
    with pytest.raises(FileFormatError, match="'owl' and 'cat' have the same id 2; give each its own"):
        read_predictions(path)
