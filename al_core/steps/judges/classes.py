"""Models of classes of whole images."""

from typing import TYPE_CHECKING

import numpy as np

from al_core.evaluation import Statistic, class_table, confusion_matrix, difference
from al_core.steps.judges.judge import Judge, JudgedClass, Judgment
from al_core.steps.judging import TestLabels, predicted_classes
from al_core.steps.labels import TaskLabels
from al_core.steps.reserve import StoredReserve
from al_core.store.models import Model

if TYPE_CHECKING:
    from al_core.store import Dataset


class ClassJudge(Judge):
    """Judges models of classes by how often they are right."""

    measure = "accuracy"
    class_measures = ("recall", "precision")

    def __init__(self, tests: TestLabels) -> None:
        self.tests = tests
        self.rows = tests.rows
        self.unlabeled = tests.unlabeled
        self.groups = tests.test_groups

    @classmethod
    def of(cls, dataset: "Dataset", labels: TaskLabels, reserve: StoredReserve) -> "ClassJudge":
        """Return the judge with the labels of the reserve."""
        return cls(TestLabels.of(dataset, labels, reserve))

    def judge(self, dataset: "Dataset", model: Model) -> Judgment:
        """Return how often a model is right, on each class too."""
        outcomes = self.tests.outcomes(dataset, model)
        accuracy = self.tests.accuracy(dataset, model, outcomes)
        predicted = predicted_classes(dataset, model, self.rows) if accuracy.speaks else None
        if predicted is None:
            return Judgment(accuracy, outcomes)
        labels = np.array(self.tests.class_names)
        # Coded together: a class that only the model names, or only a person, has a code too.
        names, codes = np.unique(np.concatenate([labels, predicted]), return_inverse=True)
        codes_of_labels = codes[: len(labels)]
        codes_of_predictions = codes[len(labels) :]
        confusion = confusion_matrix(codes_of_labels, codes_of_predictions, len(names))
        classes = [
            JudgedClass(name, result.n_labels, (result.recall, result.precision))
            for name, result in zip(names.tolist(), class_table(confusion), strict=True)
        ]
        return Judgment(accuracy, outcomes, tuple(classes), confusion)

    def gain(self, dataset: "Dataset", before: Model, after: Model) -> Statistic:
        """Return by how much more often a later model is right, on the same test labels."""
        return difference(self.tests.outcomes(dataset, before), self.tests.outcomes(dataset, after), self.groups)
