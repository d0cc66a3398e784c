"""Predictions in the store: one array each, of the kind that fits the task."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.object_masks import ObjectMasks
from al_core.steps.empty_images import N_EMPTY
from al_core.steps.image_frames import frames_of_file
from al_core.steps.scores import ScoreOrigin, first_half_points, save_score_table, score_columns
from al_core.steps.tasks import TASKS, PredictionAttributes, Scoring, Task, find_task
from al_core.store.kinds import Kind
from al_core.store.models import CONFIDENCE_THRESHOLD, NewModel
from al_core.store.stored_json import to_json
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions, ScoreTable
    from al_core.store import Dataset, Model, StoredArray


def with_image_frames(dataset: "Dataset", predictions: "Predictions", report: "JoinReport") -> "JoinReport":
    """Return a report that knows how the images lie, if the predictions have boxes in pixels."""
    from al_core.formats.predictions.placing import place_boxes

    frames = frames_of_file(dataset, predictions, report)
    return report if frames is None else report.with_frames(frames, place_boxes(predictions, frames).findings)


def store_model(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    report: "JoinReport",
    *,
    name: str,
    progress: Progress | None = None,
) -> "Model":
    """Store the predictions or ready-made scores that a report matched as a model; it says whether that is new.

    The model has the given name, with a number behind it if another one has that name.
    """
    from al_core.formats import Predictions

    report.require_usable()
    if isinstance(predictions, Predictions):
        return _score_and_save(dataset, predictions, report, name=name, progress=progress)
    return save_score_table(dataset, predictions, report, name)


def _score_and_save(
    dataset: "Dataset", predictions: "Predictions", report: "JoinReport", *, name: str, progress: Progress | None
) -> "Model":
    from al_core.formats.predictions.placing import place_boxes

    if report.frames is not None:
        predictions = place_boxes(predictions, report.frames)
    task = find_task(predictions.task)
    rows, outputs = task.usable_outputs(predictions, report, progress)
    scoring = Scoring(report.confidence_threshold, first_half_points(dataset, task.name))
    scorer = task.new_scorer(outputs, scoring)
    scores = score_columns(dataset, rows, scorer.calculate_scores())
    # Only now: outputs that are read one at a time are kept while they are scored.
    array = task.to_array(predictions, rows, outputs, dataset.n_samples)
    category_ids = None if predictions.category_ids is None else tuple(predictions.category_ids)
    class_names = tuple(task.class_names(predictions, array))
    # Version 2: the places of boxes are right or unknown, see `with_doubtful_places_unknown`.
    attributes = PredictionAttributes(
        task.name,
        class_names,
        report.source,
        category_ids,
        tuple(predictions.keypoint_names),
        tuple(predictions.skeletons),
        version=2,
    )
    origin = ScoreOrigin(prediction=name, task=task.name, half_points=scorer.half_points or None)
    new = NewModel(
        name,
        scores,
        to_json(origin),
        task=task.name,
        kind=task.kind,
        predictions=array,
        more_arrays=task.more_arrays(rows, outputs),
        prediction_attributes=to_json(attributes),
        n_samples=len(rows),
        attributes={"source": report.source} | _threshold_attribute(report) | _empty_attribute(report),
    )
    return dataset.models.store(new)


def _threshold_attribute(report: "JoinReport") -> dict[str, float]:
    return {CONFIDENCE_THRESHOLD: report.confidence_threshold} if report.confidence_threshold else {}


def _empty_attribute(report: "JoinReport") -> dict[str, int]:
    # What a person has said of them is proposed for the next file.
    return {N_EMPTY: len(report.empty)} if len(report.empty) else {}


def find_predictions(dataset: "Dataset", name: str = "") -> "StoredArray | None":
    """Return the predictions of the model of that name, otherwise those of the current model, or None.

    Of several tasks' current models the newest is meant.
    """
    models = dataset.models.all()
    wanted = next((model for model in models if model.predictions and model.name == name), None)
    return wanted.predictions if wanted else newest_predictions(dataset, models)


def newest_predictions(dataset: "Dataset", models: "Sequence[Model]") -> "StoredArray | None":
    """Return the predictions of the newest current model of these, which are all of a dataset, or None."""
    current = next((model for model in models if model.predictions and model.is_current), None)
    if current:
        return current.predictions
    # Arrays that were stored without a model.
    stored: list[StoredArray] = []
    for task in TASKS.values():
        stored += [array for array in dataset.arrays.all(task.kind) if not array.model_id]
    return max(stored, key=lambda array: array.created_at, default=None)


def predictions_of(dataset: "Dataset", score: "StoredArray") -> "StoredArray | None":
    """Return the predictions that a score was calculated from, or None if there are none."""
    model = model_of(dataset, score)
    return model.predictions if model else None


def model_of(dataset: "Dataset", stored: "StoredArray") -> "Model | None":
    """Return the model that predictions or scores belong to, or None if they were stored without one."""
    if not stored.model_id:
        return None
    return next((model for model in dataset.models.all() if model.id == stored.model_id), None)


def task_of(stored: "StoredArray") -> Task:
    """Return the task of stored predictions."""
    attributes = PredictionAttributes.of(stored)
    return find_task(attributes.task)


def read_annotations(dataset: "Dataset") -> Annotations | None:
    """Return the predictions of the current model, mapped from disk."""
    stored = find_predictions(dataset)
    return annotations_of(dataset, stored) if stored else None


def annotations_of(dataset: "Dataset", stored: "StoredArray") -> Annotations:
    """Return stored predictions for all samples, mapped from disk, without boxes below their model's threshold."""
    model = model_of(dataset, stored) if task_of(stored).has_threshold else None
    return annotations_from(dataset, stored, model.confidence_threshold if model else 0.0)


def annotations_from(dataset: "Dataset", stored: "StoredArray", threshold: float) -> Annotations:
    """Return stored predictions for all samples, mapped from disk, without boxes below a threshold."""
    attributes = PredictionAttributes.of(stored)
    task = find_task(attributes.task)
    annotations = task.annotations(stored.name, dataset.arrays.read(stored), attributes)
    return annotations.confident(threshold) if task.has_threshold else annotations


def object_masks_of(dataset: "Dataset", stored: "StoredArray") -> ObjectMasks | None:
    """Return the masks of stored predictions at full resolution, mapped from disk; None if they have none.

    Those that version 0.1.0 has stored have none.
    """
    if stored.kind != Kind.MASK:
        return None
    masks = dataset.arrays.find(Kind.OBJECT_MASK, stored.name)
    return ObjectMasks.of_bytes(dataset.arrays.read(masks)) if masks else None
