"""Another confidence threshold for a stored model: its boxes are scored anew from what the store has of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.scores import ScoreOrigin, score_columns
from al_core.steps.tasks import Scoring, Task, find_task
from al_core.store.models import CONFIDENCE_THRESHOLD
from al_core.types import Rows, Scores
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

if TYPE_CHECKING:
    from al_core.store import Dataset, Model

TOLERANCE = 1e-4
"""Confidences are stored in 32 bits, and the entropy of one near 0 or 1 moves a hundred times as much as it does."""


def change_threshold(dataset: "Dataset", model: "Model", threshold: float) -> "Model":
    """Score a model's boxes from another confidence on, and return the model; its earlier scores can come back.

    Raises:
        InvalidInputError: If the model has no boxes, none reaches the threshold, or it is out of range.
        MissingInputError: If the boxes were scored by probabilities of classes, which are not stored.
    """
    if model.predictions is None or not find_task(model.task).has_threshold:
        raise InvalidInputError(f"'{model.name}' has no boxes that a confidence threshold could be for")
    if not 0 <= threshold <= 1:
        raise InvalidInputError(f"a confidence threshold lies in 0 to 1, not at {threshold:g}")
    if threshold == model.confidence_threshold:
        return model
    if dataset.server:
        return dataset.server.change_threshold(model, threshold)
    others = {name: value for name, value in model.attributes.items() if name != CONFIDENCE_THRESHOLD}
    attributes = others | ({CONFIDENCE_THRESHOLD: threshold} if threshold else {})
    return dataset.models.earlier_scores(model, attributes) or _rescore(dataset, model, threshold, attributes)


def stored_confidences(dataset: "Dataset", model: "Model") -> NDArray[np.float32]:
    """Return the confidence of every box of a model, whatever its threshold, (B,)."""
    assert model.predictions is not None
    return np.asarray(dataset.arrays.read(model.predictions)["score"], np.float32)


def _rescore(dataset: "Dataset", model: "Model", threshold: float, attributes: Mapping[str, Any]) -> "Model":
    assert model.predictions is not None
    boxes = dataset.arrays.read(model.predictions)
    present = {name: np.asarray(dataset.arrays.read(stored)) for name, stored in model.scores.items()}
    # What was predicted has a score, images without boxes too.
    any_score = next(iter(present.values()))
    rows = np.flatnonzero(~np.isnan(any_score))
    outputs = _outputs(dataset, model, boxes, rows, present)
    scores = score_columns(dataset, rows, _scores(model, outputs, threshold))
    return dataset.models.rescore(model, scores, attributes)


def _outputs(
    dataset: "Dataset", model: "Model", boxes: NDArray[Any], rows: Rows, present: Mapping[str, Scores]
) -> Sequence[ObjectDetectionOutput]:
    """Return the outputs that have the scores of today at the threshold of today.

    Where a file has no probabilities of classes, they were estimated from the classes of the image or of all images.
    """
    batch = _batch(boxes, rows)
    for outputs in (batch, [_of_image(output) for output in batch]):
        again = score_columns(dataset, rows, _scores(model, outputs, model.confidence_threshold))
        are_same = [
            np.allclose(again[name], values, atol=TOLERANCE, equal_nan=True) for name, values in present.items()
        ]
        if all(are_same):
            return outputs
    raise MissingInputError(
        f"the boxes of '{model.name}' were scored by probabilities of classes, and only the highest is stored: import "
        "the predictions once more with the other threshold"
    )


def _batch(boxes: NDArray[Any], rows: Rows) -> ObjectDetectionBatch:
    # The table is in ascending order of rows.
    starts = np.searchsorted(boxes["row"], rows)
    stops = np.searchsorted(boxes["row"], rows, side="right")
    # Scores do not look at places, and that of a box that was clipped may have no area.
    places = np.full((len(boxes), 4), np.nan, np.float32)
    objects = ObjectDetectionOutput.from_scores(places, boxes["score"], boxes["label"])
    return ObjectDetectionBatch(objects, stops - starts)


def _of_image(output: ObjectDetectionOutput) -> ObjectDetectionOutput:
    return ObjectDetectionOutput.from_scores(output.corners, output.scores, output.labels)


def _scores(model: "Model", outputs: Sequence[ObjectDetectionOutput], threshold: float) -> dict[str, Scores]:
    task: Task = find_task(model.task)
    any_score = next(iter(model.scores.values()))
    half_points = ScoreOrigin.of(any_score).half_points or {}
    scores = task.new_scorer(outputs, Scoring(threshold, half_points)).calculate_scores()
    # A model of an earlier version has fewer scores.
    return {name: values for name, values in scores.items() if name in model.scores}
