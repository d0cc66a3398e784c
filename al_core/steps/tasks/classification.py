from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.predictions.annotations import Annotations
from al_core.scorers import ScorerClassification
from al_core.steps.tasks.task import ImageSize, PredictionAttributes, PredictionCard, Task
from al_core.store.records import Kind
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions

MOST_LIKELY = 5


class Classification(Task):
    """Class probabilities, stored as (N, C) float32 with NaN where there are none."""

    name = "classification"
    kind = Kind.PREDICTION
    scorer = ScorerClassification

    def usable_outputs(
        self, predictions: "Predictions", report: "JoinReport", progress: Progress | None
    ) -> tuple[Rows, Any]:
        """Return the rows that have probabilities, and those, (M, C)."""
        probabilities = report.align(predictions.outputs)
        rows = np.flatnonzero(~np.isnan(probabilities[:, 0]))
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

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the most likely classes."""
        assert annotations.probabilities is not None
        probabilities = np.nan_to_num(annotations.probabilities[row])
        top = np.argsort(-probabilities, kind="stable")[:MOST_LIKELY]
        classes = ((annotations.class_names[label], float(probabilities[label])) for label in top)
        return PredictionCard(tuple((name, probability) for name, probability in classes if probability > 0))
