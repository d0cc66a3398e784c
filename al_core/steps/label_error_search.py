"""Which labels of a dataset are probably wrong, the worst first."""

from dataclasses import replace
from typing import TYPE_CHECKING

from al_core.exceptions import MissingInputError
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION
from al_core.steps.box_label_errors import box_label_errors
from al_core.steps.class_label_errors import class_label_errors
from al_core.steps.label_errors import LabelError, LabelErrors
from al_core.steps.labels import TaskLabels, label_tasks, labels_for
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import Tag, TagOrigin
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


def find_label_errors(dataset: "Dataset", progress: Progress | None = None) -> LabelErrors:
    """Return which labels of classes or boxes are probably wrong, for the task of the newest labels.

    Each is judged by the newest model uploaded before it came back, which cannot have been trained on it.

    Args:
        dataset: Whose labels.
        progress: Called with (images judged, labeled images); it may raise to stop.

    Raises:
        MissingInputError: If there are no labels of classes or boxes.
    """
    tasks = label_tasks(dataset)
    # Of the newest labels first, as `label_tasks` lists them.
    task = next((task for task in tasks if task in (CLASSIFICATION, DETECTION)), None)
    if task is None:
        raise MissingInputError("labels of classes or boxes are needed to look for errors; bring some back first")
    labels = labels_for(dataset, task)
    report = progress or (lambda done, total: None)
    report(0, len(labels.rows))
    judge = class_label_errors if task == CLASSIFICATION else box_label_errors
    result = judge(dataset, labels, report)
    report(len(labels.rows), len(labels.rows))
    return replace(result, errors=_with_disagreement(result.errors, labels))


def _with_disagreement(errors: tuple[LabelError, ...], labels: TaskLabels) -> tuple[LabelError, ...]:
    contested = set(labels.rows[labels.disagrees].tolist())
    return tuple(replace(error, annotators_disagree=error.row in contested) for error in errors)


def tag_errors(dataset: "Dataset", rows: Rows, name: str) -> Tag:
    """Store samples to be labeled again as a tag below `initial-tag`, and return it."""
    return dataset.create_tag(name, rows, TagOrigin(provenance=Provenance("relabel", role=TagRole.REGION)))
