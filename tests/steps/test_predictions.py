import json
from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.formats import Predictions, worker
from al_core.formats.choices import Missing
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import DETECTION, KEYPOINTS, SEGMENTATION
from al_core.steps.predictions import find_predictions, object_masks_of, read_annotations
from al_core.store import Dataset, Kind
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionBatch, ObjectDetectionOutput
from tests.conftest import FILENAMES

BOX = ObjectDetectionOutput.from_scores(np.array([[0, 0.25, 0.5, 1]]), [0.5], [1])
TWO = ObjectDetectionOutput.from_scores(np.array([[0, 0, 1, 1], [0.5, 0, 1, 0.5]]), [0.25, 0.75], [0, 1])
NONE = ObjectDetectionOutput([], [], [])


def store(dataset: Dataset, predictions: Predictions, name: str = "model") -> None:
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def detections(*names: str) -> Predictions:
    return Predictions(list(names), ["cat", "dog"], [BOX, TWO, NONE][: len(names)], DETECTION)


def classes() -> Predictions:
    return Predictions(FILENAMES, ["cat", "dog"], np.tile(np.array([0.25, 0.75], dtype=np.float32), (6, 1)))


def left_and_right() -> Predictions:
    """Of two samples, one map that is background on the left and cat on the right, and one without height."""
    sides = np.array([[[0.75, 0.25], [0, 1]]] * 2, np.float32)
    return Predictions(["c.png", "b.png"], ["background", "cat"], [sides, sides[:1]], SEGMENTATION)


def test_detections_are_stored_with_the_rows_of_their_samples(dataset: Dataset) -> None:
    store(dataset, detections("c.png", "a.png", "b.png"))
    stored = dataset.arrays.get(Kind.DETECTION, "model")
    assert dataset.arrays.read(stored)[["row", "label", "score"]].tolist() == [(0, 0, 0.25), (0, 1, 0.75), (2, 1, 0.5)]
    assert stored.attributes["class_names"] == ["cat", "dog"]
    assert dataset.arrays.find(Kind.SCORE, "object_frequency")


def test_keypoints_are_stored_with_the_rows_of_their_samples(dataset: Dataset) -> None:
    found = KeypointPrediction([KeypointInstancePrediction([10, 20, 0.5], category_id=2, score=0.75)])
    store(dataset, Predictions(["d.png"], ["person"], [found], KEYPOINTS))
    table = dataset.arrays.read(dataset.arrays.get(Kind.KEYPOINT, "model"))
    assert table.tolist() == [(3, 0, 2, 0.75, 10, 20, 0.5)]


def test_keypoints_keep_the_names_of_their_categories(dataset: Dataset) -> None:
    found = [
        KeypointPrediction([KeypointInstancePrediction([10, 20, 0.5], category_id=number, score=0.75)])
        for number in (7, 4)
    ]
    store(dataset, Predictions(["d.png", "a.png"], ["person", "dog"], found, KEYPOINTS, category_ids=[7, 1]))
    annotations = read_annotations(dataset)
    assert annotations is not None
    assert (list(annotations.class_names), list(annotations.category_ids)) == (["person", "dog", "class_4"], [7, 1, 4])
    assert [annotations.keypoints_of(row)[0].label for row in (0, 3)] == [2, 0]


def test_classes_without_a_name_get_one(dataset: Dataset) -> None:
    store(dataset, Predictions(["a.png"], ["cat"], [TWO], DETECTION))
    assert dataset.arrays.get(Kind.DETECTION, "model").attributes["class_names"] == ["cat", "class_1"]


def test_predictions_of_another_task_under_the_same_name_are_kept_beside(dataset: Dataset) -> None:
    store(dataset, classes())
    store(dataset, detections("a.png"))
    assert [(model.name, model.task) for model in dataset.models.all()] == [
        ("model (2)", DETECTION),
        ("model", "classification"),
    ]
    assert find_predictions(dataset, "model") == dataset.arrays.get(Kind.PREDICTION, "model")


def test_a_probability_map_is_stored_as_the_class_at_each_position(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    annotations = read_annotations(dataset)
    assert annotations
    grid = annotations.mask_of(2)
    assert grid is not None
    assert (grid == np.repeat([0, 1], 32)).all()
    assert annotations.mask_of(1) is None
    taken = annotations.take(np.array([5, 2])).mask_of(1)
    np.testing.assert_array_equal(taken, grid)


@pytest.mark.parametrize("is_batch", [True, False])
def test_images_in_which_the_model_found_nothing_are_scored_as_certain(dataset: Dataset, is_batch: bool) -> None:
    outputs = ObjectDetectionBatch(BOX, [1, 0]) if is_batch else [BOX, NONE]
    predictions = Predictions(["a.png", "c.png"], ["cat", "dog"], outputs, DETECTION, missing=Missing.EMPTY)
    store(dataset, predictions)
    score = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "objectness_least_confidence"))
    assert score.tolist() == [0.5, 0, 0, 0, 0, 0]


def test_keypoints_of_images_in_which_the_model_found_nothing_are_scored_too(dataset: Dataset) -> None:
    person = KeypointPrediction([KeypointInstancePrediction([1, 2, 0.25], 0)])
    store(dataset, Predictions(["b.png"], ["person"], [person], KEYPOINTS, missing=Missing.EMPTY))
    score = dataset.arrays.get(Kind.SCORE, "mean_uncertainty")
    assert not np.isnan(dataset.arrays.read(score)).any()


def test_a_probability_map_is_stored_at_full_resolution_beside_it(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    stored = find_predictions(dataset)
    assert stored
    masks = object_masks_of(dataset, stored)
    assert masks
    # The left half is background.
    [cat] = masks.of(2)
    assert (cat.label, cat.score, cat.pixels().tolist()) == (1, 1, [[False, True]] * 2)
    assert masks.of(1) == []
    renamed = dataset.models.rename(dataset.models.get("model"), "other")
    assert renamed.predictions
    assert renamed.predictions.kind == Kind.MASK
    assert object_masks_of(dataset, renamed.predictions)
    dataset.models.delete(renamed)
    assert dataset.arrays.all(Kind.OBJECT_MASK) == []


def test_masks_of_objects_are_stored_as_they_are(dataset: Dataset, tmp_path: Path) -> None:
    counts = "032"  # COCO's packed run lengths: none outside, three inside, two outside
    entries = [
        {"image_id": "b.png", "category_id": 7, "score": score, "segmentation": {"size": [1, 5], "counts": counts}}
        for score in (0.5, 0.25)
    ]
    path = tmp_path / "masks.json"
    path.write_text(json.dumps(entries))
    # In a process of its own, as files from the page are.
    store(dataset, worker.read_predictions(path))
    stored = find_predictions(dataset)
    assert stored
    masks = object_masks_of(dataset, stored)
    assert masks
    assert masks.of(1) == [ObjectMask(0, score, 1, 5, counts) for score in (0.25, 0.5)]


def test_what_a_file_says_of_its_categories_stays(dataset: Dataset) -> None:
    instance = KeypointInstancePrediction([1, 2, 0.5], category_id=9, score=0.5)
    predictions = Predictions(
        ["a.png"],
        ["cat"],
        [KeypointPrediction([instance])],
        KEYPOINTS,
        category_ids=[9],
        keypoint_names=[["nose", "tail"]],
        skeletons=[[[1, 2]]],
    )
    store(dataset, predictions)
    annotations = read_annotations(dataset)
    assert annotations
    assert list(annotations.category_ids) == [9]
    assert [list(names) for names in annotations.keypoint_names] == [["nose", "tail"]]
    assert [list(map(list, edges)) for edges in annotations.skeletons] == [[[1, 2]]]
