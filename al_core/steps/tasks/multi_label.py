from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.annotations import Annotations
from al_core.scorers import Scorer, ScorerMultiLabel
from al_core.steps.tasks.classification import Classification
from al_core.steps.tasks.task import SURE, PredictionAttributes, Scoring
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions


class MultiLabel(Classification):
    """Probabilities of classes that do not exclude each other, stored and shown as those of one class per image are."""

    name = "multi-label-classification"
    scorer = ScorerMultiLabel
    is_one_class = False

    def new_scorer(self, outputs: Any, scoring: Scoring) -> Scorer:
        """Return the scorer of these probabilities."""
        return ScorerMultiLabel(outputs)

    def usable_outputs(
        self, predictions: "Predictions", report: "JoinReport", progress: Progress | None
    ) -> tuple[Rows, Any]:
        """Return the rows that have probabilities, and those, (M, C): nothing is filled in."""
        used = np.flatnonzero(report.rows >= 0)
        return report.rows[used], predictions.take(used)

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return the probabilities by sample."""
        return Annotations(model, attributes.class_names, probabilities=array, are_exclusive=False)

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the probability of each class."""
        return np.nan_to_num(np.asarray(annotations.probabilities, np.float32))

    def expected_corrections(self, annotations: Annotations, n_samples: int) -> NDArray[np.float64]:
        """Return the sum over the classes: each is a question of its own."""
        probabilities = np.nan_to_num(np.asarray(annotations.probabilities, np.float64))
        wrong: NDArray[np.float64] = np.minimum(probabilities, 1 - probabilities).sum(axis=1)
        return wrong

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return the classes that are more likely than not."""
        probabilities = np.nan_to_num(np.asarray(annotations.probabilities))
        rows, labels = np.nonzero(probabilities >= SURE)
        texts = [""] * n_samples
        for row, label in zip(rows.tolist(), labels.tolist(), strict=True):
            texts[row] += f"{', ' if texts[row] else ''}{annotations.class_names[label]}"
        return np.array([text or "nothing" for text in texts], np.str_)
