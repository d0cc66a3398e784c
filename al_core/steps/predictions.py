"""Predictions in the store: one array each, of the kind that fits the task."""

from typing import TYPE_CHECKING, Any

from al_core.formats.predictions.annotations import Annotations
from al_core.steps.image_frames import frames_of_file
from al_core.steps.scores import ScoreOrigin, save_scores
from al_core.steps.tasks import TASKS, PredictionAttributes, Task, find_task
from al_core.store.stored_json import to_json
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import Dataset, StoredArray


def with_image_frames(dataset: "Dataset", predictions: "Predictions", report: "JoinReport") -> "JoinReport":
    """Return a report that knows how the images lie, if the predictions have boxes in pixels."""
    from al_core.formats.predictions.placing import place_boxes

    frames = frames_of_file(dataset, predictions, report)
    return report if frames is None else report.with_frames(frames, place_boxes(predictions, frames).findings)


def score_and_save(
    dataset: "Dataset", predictions: "Predictions", report: "JoinReport", *, name: str, progress: Progress | None
) -> "list[StoredArray]":
    """Store the predictions that a report matched, and their scores; return the records of the scores."""
    from al_core.formats.predictions.placing import place_boxes

    if report.frames is not None:
        predictions = place_boxes(predictions, report.frames)
    task = find_task(predictions.task)
    rows, outputs = task.usable_outputs(predictions, report, progress)
    scores = task.scorer(outputs).calculate_scores()
    save_predictions(dataset, predictions, report.source, name, rows, outputs)
    return save_scores(dataset, rows, scores, ScoreOrigin(prediction=name, task=task.name))


def save_predictions(
    dataset: "Dataset", predictions: "Predictions", source: str, name: str, rows: Rows, outputs: Any
) -> "StoredArray":
    """Store the outputs of `rows` that have been scored, in place of older predictions of that name.

    Args:
        dataset: Where to store.
        predictions: They name the task and its classes.
        source: The file they came from.
        name: Of these predictions.
        rows: The row of each output.
        outputs: As `Task.usable_outputs` returns them.
    """
    task = find_task(predictions.task)
    array = task.to_array(predictions, rows, outputs, dataset.n_samples)
    category_ids = None if predictions.category_ids is None else tuple(predictions.category_ids)
    class_names = tuple(task.class_names(predictions, array))
    attributes = PredictionAttributes(task.name, class_names, source, category_ids, version=2)
    [stored] = dataset.arrays.save(task.kind, {name: array}, to_json(attributes))
    # A name belongs to one task: what is found by it must not depend on which kind is looked at first.
    for other in TASKS.values():
        if other.kind != task.kind:
            dataset.arrays.delete(other.kind, name)
    return stored


def find_predictions(dataset: "Dataset", name: str = "") -> "StoredArray | None":
    """Return the record of the predictions of that name, or of the newest ones, or None if there are none."""
    stored = [array for task in TASKS.values() for array in dataset.arrays.all(task.kind)]
    named = [array for array in stored if array.name == name]
    return max(named or stored, key=lambda array: array.created_at, default=None)


def task_of(stored: "StoredArray") -> Task:
    """Return the task of stored predictions."""
    attributes = PredictionAttributes.of(stored)
    return find_task(attributes.task)


def read_annotations(dataset: "Dataset", name: str = "") -> Annotations | None:
    """Return the predictions of that name, or the newest ones, for all samples, mapped from disk."""
    stored = find_predictions(dataset, name)
    return annotations_of(dataset, stored) if stored else None


def annotations_of(dataset: "Dataset", stored: "StoredArray") -> Annotations:
    """Return stored predictions for all samples, mapped from disk."""
    attributes = PredictionAttributes.of(stored)
    task = find_task(attributes.task)
    return task.annotations(stored.name, dataset.arrays.read(stored), attributes)
