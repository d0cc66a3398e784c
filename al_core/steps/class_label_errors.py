"""Which labels of classes are probably wrong, by models that have not seen them, or else by a probe."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import ClassErrors, class_errors, out_of_fold_probabilities
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.label_errors import LEAST_SUSPICION, OTHER_CLASS, LabelError, LabelErrors
from al_core.steps.label_judges import judges_of
from al_core.steps.labels import TaskLabels
from al_core.steps.tasks import PredictionAttributes
from al_core.store.kinds import Kind
from al_core.types import Embeddings, Probabilities, Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

PROBE = "a cross-validated probe"
LEAST_FOR_PROBE = 20
"""Labels; five folds of fewer train probes on a handful."""


def class_label_errors(dataset: "Dataset", labels: TaskLabels, report: Progress) -> LabelErrors:
    """Return which labels are probably wrong, the worst first; `report` is called with (labels judged, labels)."""
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
    labeled = [names[label] for label in classes[judged]]
    errors = _suspected(suspects, rows[judged], labeled, names, judged_by[judged])
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
    for model, positions in judges_of(dataset, rows, CLASSIFICATION, names):
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
