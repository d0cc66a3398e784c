"""Models of classes judged on the labels of the test reserve."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, Statistic, accuracy, share_interval, stratified
from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.labels import TaskLabels
from al_core.steps.reserve import StoredReserve, group_numbers
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.tested_reserve import TestedReserve
from al_core.store.models import Model
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True, eq=False)
class TestLabels:
    """The labels of the reserve that are back.

    Attributes:
        rows: (T,) their samples, ascending.
        class_names: (T,) the class of each.
        unlabeled: The rest of the reserve, ascending.
        reserve: What they are a sample of.
        groups: (N,) the group of each row of the dataset, or None.
    """

    # Pytest takes what is called Test… for tests.
    __test__ = False

    rows: Rows
    class_names: list[str]
    unlabeled: Rows
    reserve: StoredReserve
    groups: NDArray[np.int64] | None

    @classmethod
    def of(cls, dataset: "Dataset", labels: TaskLabels, reserve: StoredReserve) -> "TestLabels":
        """Return the labels of samples of the reserve."""
        classes = labels.first_classes
        is_test = np.isin(labels.rows, reserve.reserve.rows) & (classes >= 0)
        names = labels.labels.class_names
        rows = labels.rows[is_test]
        return cls(
            rows,
            [names[label] for label in classes[is_test].tolist()],
            np.setdiff1d(reserve.reserve.rows, rows),
            reserve,
            group_numbers(dataset, reserve.groups),
        )

    @property
    def test_groups(self) -> NDArray[np.int64] | None:
        """(T,) the group of each test label, or None if every sample stands for itself."""
        return None if self.groups is None else self.groups[self.rows]

    def outcomes(self, dataset: "Dataset", model: Model) -> NDArray[np.float64]:
        """Return (T,) whether a model of classes is right on each test label, NaN where it has no prediction."""
        predicted = predicted_classes(dataset, model, self.rows) if len(self.rows) else None
        if predicted is None:
            return np.empty(0)
        return np.where(predicted == "", np.nan, predicted == np.array(self.class_names))

    def accuracy(self, dataset: "Dataset", model: Model, outcomes: NDArray[np.float64]) -> Statistic:
        """Return the accuracy of a model with its interval, or why there is none."""
        n_missing = int(np.isnan(outcomes).sum())
        if n_missing:
            return Refusal(f"no prediction for {n_missing:,} of {len(outcomes):,} test images", len(outcomes))
        seen = TestedReserve.of(self.reserve, self.rows, self.groups).reason(dataset, model)
        if seen:
            return Refusal(seen, len(outcomes))
        if not len(outcomes):
            return share_interval(0, 0)
        reserve = self.reserve.reserve
        if len(reserve.strata) > 1:
            # Samples that arrived later were drawn at another rate: each stratum weighs as much as its population.
            return stratified(outcomes, reserve.stratum_of(self.rows), reserve.stratum_shares())
        return accuracy(outcomes, self.test_groups)


def predicted_classes(dataset: "Dataset", model: Model | None, rows: Rows) -> NDArray[np.str_] | None:
    """Return the name of the most likely class of each row, or of all without rows; empty where there is none.

    None if the model predicts no classes of whole images.
    """
    if model is None or model.predictions is None or model.task != CLASSIFICATION:
        return None
    stored = dataset.arrays.read(model.predictions)
    probabilities = stored[rows] if len(rows) else stored
    names = np.array(PredictionAttributes.of(model.predictions).class_names)
    is_predicted = ~np.isnan(probabilities).any(axis=1)
    # NaN would be the largest of all.
    complete = np.where(is_predicted[:, None], probabilities, 0)
    classes: NDArray[np.str_] = names[complete.argmax(axis=1)]
    return np.where(is_predicted, classes, "")
