from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.annotations import Annotations
from al_core.scorers import Scorer, ScorerClassification
from al_core.steps.tasks.task import ImageSize, PredictionAttributes, PredictionCard, Scoring, Task
from al_core.store.kinds import Kind
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions

# Classes on a card; more would push the image out of sight.
MOST_LIKELY = 5


class Classification(Task):
    """Class probabilities, stored as (N, C) float32 with NaN where there are none."""

    name = "classification"
    kind = Kind.PREDICTION
    scorer: ClassVar[type[Scorer]] = ScorerClassification
    is_one_class = True

    def new_scorer(self, outputs: Any, scoring: Scoring) -> Scorer:
        """Return the scorer of these probabilities, or of logits that somebody has chosen to use as they are."""
        return ScorerClassification(outputs, are_logits_meant=True)

    def usable_outputs(
        self, predictions: "Predictions", report: "JoinReport", progress: Progress | None
    ) -> tuple[Rows, Any]:
        """Return the rows that have probabilities, and those, (M, C)."""
        probabilities = report.align(predictions.outputs)
        # Rows are whole or missing, so that the first class speaks for all.
        has_prediction = ~np.isnan(probabilities[:, 0])
        rows = np.flatnonzero(has_prediction)
        return rows, probabilities[rows]

    def to_array(self, predictions: "Predictions", rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        """Return (n_samples, C) probabilities."""
        array = np.full((n_samples, outputs.shape[1]), np.nan, np.float32)
        array[rows] = outputs
        return array

    def check(self, name: str, array: NDArray[Any], attributes: PredictionAttributes, n_samples: int) -> None:
        """Raise unless there is a row for each sample and a column for each class."""
        shape = (n_samples, len(attributes.class_names))
        if array.shape != shape or array.dtype.kind != "f":
            raise InvalidInputError(
                f"predictions '{name}' are {array.dtype} of shape {array.shape}; send floats of shape {shape}: a row "
                "for each sample, a column for each of the class_names"
            )

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return the probabilities by sample."""
        return Annotations(model, attributes.class_names, probabilities=array)

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return 1 for the most probable class."""
        assert annotations.probabilities is not None
        probabilities = np.nan_to_num(annotations.probabilities)
        amounts = np.zeros(probabilities.shape, np.float32)
        has_prediction = probabilities.any(axis=1)
        most_probable = probabilities[has_prediction].argmax(axis=1)
        amounts[has_prediction, most_probable] = 1
        return amounts

    def expected_corrections(self, annotations: Annotations, n_samples: int) -> NDArray[np.float64]:
        """Return by how much the probability of the most probable class falls short of 1."""
        probabilities = np.asarray(annotations.probabilities, np.float64)
        shortfalls: NDArray[np.float64] = np.nan_to_num(1 - probabilities.max(axis=1))
        return shortfalls

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return the most likely class."""
        assert annotations.probabilities is not None
        names = np.array(annotations.class_names, np.str_)
        # NaN would be the largest of all.
        probabilities = np.nan_to_num(annotations.probabilities, nan=-1.0)
        answers: NDArray[np.str_] = names[probabilities.argmax(axis=1)]
        return answers

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the most likely classes."""
        assert annotations.probabilities is not None
        probabilities = np.nan_to_num(annotations.probabilities[row])
        # Stable, so that classes of equal probability keep their order on every machine.
        by_probability = np.argsort(-probabilities, kind="stable")
        most_likely = [label for label in by_probability[:MOST_LIKELY] if probabilities[label] > 0]
        return PredictionCard(
            tuple((annotations.class_names[label], float(probabilities[label])) for label in most_likely)
        )
