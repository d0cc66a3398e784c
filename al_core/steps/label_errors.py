"""Which labels of a dataset are probably wrong, the worst first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import BoxErrorKind, ClassErrors, box_errors, class_errors, out_of_fold_probabilities
from al_core.exceptions import MissingInputError
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION
from al_core.steps.judges.objects import labeled_boxes, predicted_boxes
from al_core.steps.labels import TaskLabels, label_tasks, labels_for
from al_core.steps.shared_classes import unjudgeable
from al_core.steps.tasks import PredictionAttributes, find_task
from al_core.store.models import Model
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import Kind, Tag, TagOrigin
from al_core.types import Embeddings, Probabilities, Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

PROBE = "a cross-validated probe"
LEAST_FOR_PROBE = 20
"""Labels; five folds of fewer train probes on a handful."""

OTHER_CLASS = "other class"

LEAST_SUSPICION = 0.5
"""Labels that are more likely right than wrong are not listed, nor boxes whose error is less likely than not."""

_IMAGES_AT_ONCE = 500
"""Boxes of so many images are judged in a fraction of a second, so that a job stops soon after it is canceled."""


@dataclass(frozen=True)
class LabelError:
    """One label that is probably wrong.

    Attributes:
        row: The sample.
        kind: "other class", or for boxes "missed", "wrong" or "badly placed".
        labeled: The class of the label; empty for an object without a label.
        suggested: The class that the judge would have said.
        suspicion: 0 to 1.
        is_likely: Whether it is called an error, by confident learning; for boxes from 0.5 on.
        judge: The model that judged it, which had not seen the label, or a probe.
        annotators_disagree: Whether people contradict each other about the sample.
    """

    row: int
    kind: str
    labeled: str
    suggested: str
    suspicion: float
    is_likely: bool
    judge: str
    annotators_disagree: bool = False

    def text(self) -> str:
        """Return what stands under the image.

        Examples:
            >>> LabelError(7, "other class", "cat", "dog", 0.93, True, "model").text()
            'labeled cat, rather dog · 93%'
            >>> LabelError(7, "missed", "", "dog", 0.8, True, "model").text()
            'missed dog · 80%'
            >>> LabelError(7, "other class", "cat", "dog", 0.93, True, "model", annotators_disagree=True).text()
            'labeled cat, rather dog · 93% · annotators disagree'
        """
        share = f"{self.suspicion:.0%}{' · annotators disagree' if self.annotators_disagree else ''}"
        if self.kind == BoxErrorKind.MISSED:
            return f"missed {self.suggested} · {share}"
        if self.kind == BoxErrorKind.BADLY_PLACED:
            return f"{self.labeled} badly placed · {share}"
        return f"labeled {self.labeled}, rather {self.suggested} · {share}"


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """The suspicions about the labels of a dataset.

    Attributes:
        errors: The worst of each sample, the worst first.
        n_judged: How many labeled samples were judged.
        n_unjudged: How many were not: no model came before their labels, and there are too few for a probe.
    """

    errors: tuple[LabelError, ...]
    n_judged: int
    n_unjudged: int

    @property
    def likely_rows(self) -> Rows:
        """The samples with a label that is called an error, the worst first."""
        return np.array([error.row for error in self.errors if error.is_likely], np.int64)


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
    task = next((task for task in tasks if task in (CLASSIFICATION, DETECTION)), None)
    if task is None:
        raise MissingInputError("labels of classes or boxes are needed to look for errors; bring some back first")
    labels = labels_for(dataset, task)
    report = progress or (lambda done, total: None)
    report(0, len(labels.rows))
    judge = _class_errors if task == CLASSIFICATION else _box_errors
    result = judge(dataset, labels, report)
    report(len(labels.rows), len(labels.rows))
    return replace(result, errors=_with_disagreement(result.errors, labels))


def _with_disagreement(errors: tuple[LabelError, ...], labels: TaskLabels) -> tuple[LabelError, ...]:
    contested = set(labels.rows[labels.disagrees].tolist())
    return tuple(replace(error, annotators_disagree=error.row in contested) for error in errors)


def tag_errors(dataset: "Dataset", rows: Rows, name: str) -> Tag:
    """Store samples to be labeled again as a tag below `initial-tag`, and return it."""
    return dataset.create_tag(name, rows, TagOrigin(provenance=Provenance("relabel", role=TagRole.REGION)))


def _judges(dataset: "Dataset", rows: Rows, task: str, classes: Sequence[str]) -> Iterator[tuple[Model, Rows]]:
    """Yield models with the positions of the rows that each judges: it knows their classes, but not their labels."""
    # When the last label of each sample came back, in milliseconds since 1970; 0 for samples without one.
    returned = np.zeros(dataset.n_samples, np.int64)
    label_sets = dataset.labels.all()
    tags = {tag.id: tag for tag in dataset.tags_by_id([stored.tag_id for stored in label_sets])}
    for stored in label_sets:
        if stored.tag_id in tags:
            labeled = tags[stored.tag_id].rows
            returned[labeled] = np.maximum(returned[labeled], stored.created_at)
    left = np.ones(len(rows), bool)
    # Newest first: each label is judged by the newest model that cannot have learned it.
    for model in dataset.models.all():
        if model.task != task or model.predictions is None or unjudgeable(model, classes):
            continue
        positions = np.flatnonzero(left & (model.created_at < returned[rows]))
        left[positions] = False
        if len(positions):
            yield model, positions


def _class_errors(dataset: "Dataset", labels: TaskLabels, report: Progress) -> LabelErrors:
    has_class = np.flatnonzero(labels.first_classes >= 0)
    rows = labels.rows[has_class]
    classes = labels.first_classes[has_class]
    names = list(labels.labels.class_names)

    def report_judged(done: int) -> None:
        report(done, len(labels.rows))

    probabilities, judged_by = _probabilities_of_models(dataset, rows, names, report_judged)
    embedding = dataset.arrays.newest(Kind.EMBEDDING)
    vectors = dataset.arrays.read_rows(embedding, rows) if embedding else None
    missing = _without_probabilities(probabilities)
    judged_by[missing] = PROBE
    if missing.any() and vectors is not None:
        probabilities[missing] = _probabilities_of_probe(vectors, classes, missing, len(names), report_judged)
        missing = _without_probabilities(probabilities)
    judged = np.flatnonzero(~missing)
    if not len(judged):
        return LabelErrors((), 0, len(rows))
    suspects = class_errors(
        classes[judged],
        probabilities[judged],
        None if vectors is None else vectors[judged],
        # All have been judged once: what their neighbors say is looked up with the bar at its end.
        progress=lambda done, total: report_judged(len(labels.rows)),
    )
    errors = _suspected(suspects, rows[judged], [names[label] for label in classes[judged]], names, judged_by[judged])
    return LabelErrors(tuple(errors), len(judged), int(missing.sum()))


def _without_probabilities(probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
    return np.asarray(np.isnan(probabilities).any(axis=1))


def _suspected(
    suspects: ClassErrors, rows: Rows, labeled: list[str], names: list[str], judges: NDArray[np.object_]
) -> Iterator[LabelError]:
    """Yield the labels that are probably wrong, the worst first; all arrays are of the labels that were judged."""
    for place in suspects.order.tolist():
        suspicion = float(suspects.suspicion[place])
        is_likely = bool(suspects.is_likely[place])
        if is_likely or suspicion > LEAST_SUSPICION:
            yield LabelError(
                int(rows[place]),
                OTHER_CLASS,
                labeled=labeled[place],
                suggested=names[suspects.suggested[place]],
                suspicion=suspicion,
                is_likely=is_likely,
                judge=str(judges[place]),
            )


def _probabilities_of_probe(
    vectors: Embeddings,
    classes: NDArray[np.int64],
    missing: NDArray[np.bool_],
    n_classes: int,
    report_judged: Callable[[int], None],
) -> Probabilities:
    """Return (M, C) what a probe says of the labels that no model has judged, NaN where it cannot be trained."""
    n_left = int(missing.sum())
    if len(classes) < LEAST_FOR_PROBE or len(np.unique(classes)) < 2:
        return np.full((n_left, n_classes), np.nan)
    n_before = len(classes) - n_left

    # The probe learns from all labels, those that a model has judged included, and judges the rest.
    def report_probe(done: int, total: int) -> None:
        report_judged(n_before + n_left * done // total)

    # Out of fold: no label is judged by a probe that was trained on it.
    return out_of_fold_probabilities(vectors, classes, n_classes, seed=0, progress=report_probe)[missing]


def _probabilities_of_models(
    dataset: "Dataset", rows: Rows, names: list[str], report_judged: Callable[[int], None]
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Return (L, C) what models say of labeled rows, NaN where none may judge, and (L,) the model that says so."""
    probabilities = np.full((len(rows), len(names)), np.nan)
    judged_by = np.full(len(rows), PROBE, object)
    for model, positions in _judges(dataset, rows, CLASSIFICATION, names):
        assert model.predictions is not None
        stored = dataset.arrays.read_rows(model.predictions, rows[positions])
        class_names = PredictionAttributes.of(model.predictions).class_names
        places = {name: place for place, name in enumerate(class_names)}
        # In the order of the labels' classes; what a model does not predict has probability 0.
        unpredicted = np.zeros(len(positions))
        columns = [stored[:, places[name]] if name in places else unpredicted for name in names]
        probabilities[positions] = np.column_stack(columns)
        judged_by[positions] = model.name
        is_judged = ~np.isnan(probabilities).any(axis=1)
        report_judged(int(is_judged.sum()))
    return probabilities, judged_by


def _box_errors(dataset: "Dataset", labels: TaskLabels, report: Progress) -> LabelErrors:
    errors: list[LabelError] = []
    n_judged = 0
    for model, positions in _judges(dataset, labels.rows, DETECTION, labels.labels.class_names):
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
