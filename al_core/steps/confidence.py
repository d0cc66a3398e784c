"""From which confidence on the boxes of a detector count, and what that leaves of a file."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.join.finding import Finding, Severity, note
from al_core.steps.tasks import find_task
from al_core.text import counted
from al_core.utils import ObjectDetectionBatch

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import Dataset

DEFAULT_CONFIDENCE_THRESHOLD = 0.25
"""Measured in docs/benchmarks/detection_labels.md: no threshold labels better than another, and from 0.25 on margins
rank, of which nearly all are 1 at 0.05. It is also what tools show and what is proposed to labelers."""


def box_confidences(predictions: "Predictions") -> NDArray[np.float32]:
    """Return the confidence of every box, (B,), image after image; none for other tasks."""
    if not find_task(predictions.task).has_threshold:
        return np.empty(0, np.float32)
    outputs = predictions.outputs
    if isinstance(outputs, ObjectDetectionBatch):
        return np.asarray(outputs.objects.scores, np.float32)
    # The empty one for predictions without any image.
    confidences = [np.empty(0), *(output.scores for output in outputs)]
    return np.concatenate(confidences, dtype=np.float32, casting="same_kind")


def boxes_per_row(predictions: "Predictions") -> NDArray[np.int64]:
    """Return how many boxes each row of predictions has, (M,)."""
    outputs = predictions.outputs
    if isinstance(outputs, ObjectDetectionBatch):
        return outputs.n_boxes
    return np.array([len(output.labels) for output in outputs], np.int64)


def check_no_threshold(threshold: float | None) -> None:
    """Raise `InvalidInputError` if somebody asks for a threshold where there are no boxes."""
    if threshold:
        raise InvalidInputError(
            f"a confidence threshold of {threshold:g} is for boxes, and the file holds none: leave it out"
        )


def with_threshold(
    dataset: "Dataset", predictions: "Predictions", report: "JoinReport", threshold: float | None
) -> "JoinReport":
    """Return a report that has the threshold and says which images keep no box.

    Args:
        dataset: Knows the names of the images.
        predictions: Of any task.
        report: How they match the dataset's samples.
        threshold: 0 to 1; None for the default.

    Raises:
        InvalidInputError: If it is out of range, or the task has no threshold.
    """
    if not find_task(predictions.task).has_threshold:
        check_no_threshold(threshold)
        return report
    least = DEFAULT_CONFIDENCE_THRESHOLD if threshold is None else threshold
    if not 0 <= least <= 1:
        raise InvalidInputError(f"a confidence threshold lies in 0 to 1, not at {least:g}")
    return report.with_threshold(least, _findings(dataset, predictions, report, least))


def _findings(dataset: "Dataset", predictions: "Predictions", report: "JoinReport", least: float) -> list[Finding]:
    confidences = box_confidences(predictions)
    # Compared as they are stored, in 32 bits.
    is_confident = confidences >= np.float32(least)
    if least <= 0 or is_confident.all():
        return []
    if not is_confident.any():
        return [_none_counts(least, confidences)]
    n_below = int((~is_confident).sum())
    verb = "is" if n_below == 1 else "are"
    boxes = counted(len(is_confident), "box")
    text = f"{n_below:,} of {boxes} {verb} below the confidence threshold of {least:g}"
    findings = [note("boxes-below-threshold", text, "scores, cards and exports leave them out")]
    # Rows of the file become rows of the dataset; those of no sample are a finding of the report already.
    rows = _rows_without_box(predictions, is_confident)
    samples = report.rows[rows]
    names = dataset.filenames(np.unique(samples[samples >= 0]))
    return [*findings, _no_box_counts(least).of(names)] if names else findings


def _rows_without_box(predictions: "Predictions", is_confident: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows that have boxes, and none that counts."""
    n_boxes = boxes_per_row(predictions)
    row_of_box = np.repeat(np.arange(len(n_boxes)), n_boxes)
    n_counted = np.bincount(row_of_box[is_confident], minlength=len(n_boxes))
    return np.flatnonzero((n_boxes > 0) & (n_counted == 0))


def _no_box_counts(least: float) -> Finding:
    return Finding(
        "images-below-threshold",
        f"image has only boxes below {least:g}",
        f"images have only boxes below {least:g}",
        "doubtful is not certain, so each score takes the median of the images that keep boxes",
        severity=Severity.NOTE,
    )


def _none_counts(least: float, confidences: NDArray[np.float32]) -> Finding:
    highest = f"the highest of {counted(len(confidences), 'box')} is {confidences.max():.3g}"
    text = f"no box reaches the confidence threshold of {least:g}, {highest}"
    return Finding("no-box-reaches-threshold", text, text, "choose a lower one", severity=Severity.REFUSAL)
