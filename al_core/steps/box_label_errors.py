"""Which labels of boxes are probably wrong, by models that have not seen them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from al_core.evaluation import box_errors
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.judges.objects import labeled_boxes, predicted_boxes
from al_core.steps.label_errors import LEAST_SUSPICION, LabelError, LabelErrors
from al_core.steps.label_judges import judges_of
from al_core.steps.labels import TaskLabels
from al_core.steps.tasks import PredictionAttributes, find_task
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

_IMAGES_AT_ONCE = 500
"""Boxes of so many images are judged in a fraction of a second, so that a job stops soon after it is canceled."""


def box_label_errors(dataset: "Dataset", labels: TaskLabels, report: Progress) -> LabelErrors:
    """Return the worst error of each image, the worst first; `report` is called with (images judged, images)."""
    errors: list[LabelError] = []
    n_judged = 0
    for model, positions in judges_of(dataset, labels.rows, DETECTION, labels.labels.class_names):
        assert model.predictions is not None
        attributes = PredictionAttributes.of(model.predictions)
        table = dataset.arrays.read(model.predictions)
        stored = find_task(DETECTION).annotations(model.name, table, attributes)
        # Boxes without a place overlap nothing: each label would be called missed.
        if stored.has_unknown_places:
            continue
        for start in range(0, len(positions), _IMAGES_AT_ONCE):
            batch = positions[start : start + _IMAGES_AT_ONCE]
            errors += _errors_of_boxes(model.name, stored, labels, batch)
            report(n_judged + start + len(batch), len(labels.rows))
        n_judged += len(positions)
    errors.sort(key=lambda error: -error.suspicion)
    # From the end, so that the worst of each sample is the one that stays.
    worst = list({error.row: error for error in reversed(errors)}.values())
    worst.sort(key=lambda error: -error.suspicion)
    return LabelErrors(tuple(worst), n_judged, len(labels.rows) - n_judged)


def _errors_of_boxes(judge: str, stored: Annotations, labels: TaskLabels, positions: Rows) -> Iterator[LabelError]:
    rows = labels.rows[positions]
    own = labels.labels.take(positions)
    names = list(dict.fromkeys([*own.class_names, *stored.class_names]))
    labeled = labeled_boxes(own)
    predicted = predicted_boxes(stored.take(rows), names, len(rows))
    for error in box_errors(labeled, predicted):
        label = None if error.label is None else labeled[error.image].classes[error.label]
        yield LabelError(
            int(rows[error.image]),
            str(error.kind),
            "" if label is None else names[label],
            names[predicted[error.image].classes[error.prediction]],
            error.suspicion,
            error.suspicion >= LEAST_SUSPICION,
            judge,
        )
