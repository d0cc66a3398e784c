"""Whether a model has seen the labels of the test reserve, by what it and the model before it say there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, ReserveRows, detect_contamination, moved_probability
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.reserve import StoredReserve
from al_core.steps.scores import preferred_first
from al_core.steps.tasks import PredictionAttributes
from al_core.store.models import Model
from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True, eq=False)
class TestedReserve:
    """The reserve, with the labels that are back.

    Attributes:
        rows: (R,) all rows of the reserve, those with labels first.
        is_labeled: (R,).
        groups: (R,) the group of each, or None if every row stands for itself.
        strata: (R,) the stratum of each.
    """

    # Pytest takes what is called Test… for tests.
    __test__ = False

    rows: Rows
    is_labeled: NDArray[np.bool_]
    groups: NDArray[np.int64] | None
    strata: NDArray[np.int64]

    @classmethod
    def of(cls, reserve: StoredReserve, labeled: Rows, groups: NDArray[np.int64] | None) -> "TestedReserve":
        """Return the reserve, of which some rows are labeled, with the group of each row of the dataset (N,)."""
        unlabeled = np.setdiff1d(reserve.reserve.rows, labeled)
        rows = np.concatenate([labeled, unlabeled])
        return cls(
            rows,
            np.arange(len(rows)) < len(labeled),
            None if groups is None else groups[rows],
            reserve.reserve.stratum_of(rows),
        )

    def reason(self, dataset: "Dataset", model: Model) -> str | None:
        """Return why no accuracy of a model is shown if it was probably trained on test samples, else None."""
        views = _class_views if model.task == CLASSIFICATION else _score_views
        now = views(dataset, model, self.rows)
        if now is None:
            return None
        earlier = earlier_model(dataset, model)
        before = views(dataset, earlier, self.rows) if earlier else None
        is_predicted = ~np.isnan(now.confidence)
        # Only like is compared with like: an earlier model without a prediction for some of these rows is left out.
        if before is not None and np.isnan(before.confidence[is_predicted]).any():
            before = None
        reserve = ReserveRows(
            self.is_labeled[is_predicted],
            None if self.groups is None else self.groups[is_predicted],
            self.strata[is_predicted],
        )
        moved = None if before is None else now.moved_since(before)[is_predicted]
        confidence_before = None if before is None else before.confidence[is_predicted]
        verdict = detect_contamination(
            reserve, now.confidence[is_predicted], moved=moved, confidence_before=confidence_before
        )
        if isinstance(verdict, Refusal) or not verdict.is_detected:
            return None
        return verdict.text().removesuffix(".")


def earlier_model(dataset: "Dataset", model: Model) -> Model | None:
    """Return the last model of the same task that came before one, or None."""
    # Newest first, so that what comes after a model is older.
    models = dataset.models.all()
    ids = [each.id for each in models]
    older = models[ids.index(model.id) + 1 :]
    return next((each for each in older if each.task == model.task and each.predictions), None)


@dataclass(frozen=True, eq=False)
class _View:
    """What a model says of rows.

    Attributes:
        confidence: (R,) NaN without a prediction.
        probabilities: (R, C) of each class, or how sure the model is and is not.
        class_names: (C,).
    """

    confidence: NDArray[np.float64]
    probabilities: Probabilities
    class_names: list[str]

    def moved_since(self, before: "_View") -> NDArray[np.float64]:
        """Return (R,) which share of its probability each row has moved; a class that one does not have has none."""
        names = list(dict.fromkeys([*self.class_names, *before.class_names]))
        return moved_probability(before._columns(names), self._columns(names))

    def _columns(self, names: list[str]) -> Probabilities:
        columns = np.zeros((len(self.probabilities), len(names)))
        places = [names.index(name) for name in self.class_names]
        columns[:, places] = self.probabilities
        return columns


def _class_views(dataset: "Dataset", model: Model, rows: Rows) -> _View | None:
    if model.predictions is None:
        return None
    probabilities = np.asarray(dataset.arrays.read_rows(model.predictions, rows), np.float64)
    names = PredictionAttributes.of(model.predictions).class_names
    return _View(probabilities.max(axis=1), probabilities, list(names))


def _score_views(dataset: "Dataset", model: Model, rows: Rows) -> _View | None:
    """Return the same of boxes, masks and keypoints, of whose images only scores can be compared."""
    names = preferred_first(model.scores)
    if not names:
        return None
    uncertainty = np.asarray(dataset.arrays.read_rows(model.scores[names[0]], rows), np.float64)
    certainty = 1 - uncertainty
    return _View(certainty, np.column_stack([certainty, uncertainty]), ["sure", "unsure"])
