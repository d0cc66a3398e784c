from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.stored_tables import BOX, box_table
from al_core.scorers import ScorerObjectDetection
from al_core.steps.tasks.tables import check_table, counts_in_words, summed, wrong_answers
from al_core.steps.tasks.task import (
    MAX_SHAPES,
    SURE,
    Box,
    ImageSize,
    PredictionAttributes,
    PredictionCard,
    Scoring,
    Task,
)
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions


class Detection(Task):
    """Boxes, stored as (B,) of `stored_tables.BOX`."""

    name = "object-detection"
    kind = Kind.DETECTION
    scorer = ScorerObjectDetection
    has_threshold = True

    def new_scorer(self, outputs: Any, scoring: Scoring) -> ScorerObjectDetection:
        """Return the scorer of the boxes that are confident enough."""
        return ScorerObjectDetection(
            outputs, confidence_threshold=scoring.confidence_threshold, half_points=scoring.half_points
        )

    def to_array(self, predictions: "Predictions", rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        """Return all boxes by ascending row."""
        return box_table(rows, outputs)

    def class_names(self, predictions: "Predictions", array: NDArray[Any]) -> list[str]:
        """Return the names of all classes; outputs made in Python may have more classes than were named."""
        names = list(predictions.class_names)
        n_classes = int(array["label"].max(initial=-1)) + 1
        return names + numbered_classes(n_classes)[len(names) :]

    def check(self, name: str, array: NDArray[Any], attributes: PredictionAttributes, n_samples: int) -> None:
        """Raise unless it is a table of boxes whose labels have names."""
        check_table(name, array, BOX, n_samples)
        labels = array["label"]
        n_classes = len(attributes.class_names)
        if ((labels < 0) | (labels >= n_classes)).any():
            raise InvalidInputError(f"boxes '{name}' have labels outside 0 to {n_classes - 1}, the class_names")

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return the boxes by sample."""
        boxes = with_doubtful_places_unknown(array) if attributes.version == 1 else array
        return Annotations(model, attributes.class_names, boxes=boxes, category_ids=attributes.category_ids or ())

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the sum of the confidences of the boxes of each class."""
        boxes = annotations.boxes
        assert boxes is not None
        shape = (n_samples, len(annotations.class_names))
        return summed(boxes["row"], boxes["label"], boxes["score"], shape)

    def expected_objects(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the sum of the confidences of all boxes."""
        return np.asarray(self.class_amounts(annotations, n_samples).sum(axis=1))

    def expected_corrections(self, annotations: Annotations, n_samples: int) -> NDArray[np.float64]:
        """Return the sum over the boxes."""
        assert annotations.boxes is not None
        return wrong_answers(annotations.boxes["row"], annotations.boxes["score"], n_samples)

    def objects(self, annotations: Annotations) -> tuple[Rows, NDArray[np.integer], NDArray[np.floating]]:
        """Return the boxes."""
        boxes = annotations.boxes
        assert boxes is not None
        return boxes["row"].astype(np.int64), boxes["label"], boxes["score"]

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return how many boxes of each class the model is sure of."""
        boxes = annotations.confident(SURE).boxes
        assert boxes is not None
        return counts_in_words(boxes["row"], boxes["label"], annotations.class_names, n_samples)

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the most confident boxes; one whose place is unknown is not drawn."""
        names = annotations.class_names
        boxes = [
            Box(box.x0, box.y0, box.x1, box.y1, names[box.label], box.score)
            for box in annotations.boxes_of(row)
            if not isnan(box.x0)
        ]
        boxes.sort(key=lambda box: -box.score)
        return PredictionCard(boxes=tuple(boxes[:MAX_SHAPES]))


def with_doubtful_places_unknown(table: NDArray[Any]) -> NDArray[Any]:
    """Return boxes that version 0.1.0 has stored, those without a place that it divided by the outermost box.

    It did so where a file had pixels and no size of the image, and did not record it. The boxes of such an image reach
    exactly 1 along both axes. So do boxes that were clipped in the lower right corner: their place is then called
    unknown, too, rather than a wrong one right.

    Examples:
        >>> one_box = np.array([(0, 0.5, 0.5, 1, 1, 1, 0, 0.5), (1, 0.5, 0.5, 1, 0.9, 1, 0, 0.5)], BOX)
        >>> with_doubtful_places_unknown(one_box)["x0"]
        array([nan, 0.5], dtype=float32)
    """
    if not len(table):
        return table
    # An image begins where the row changes; `reduceat` takes the maximum from each start to the next.
    starts = np.flatnonzero(np.diff(table["row"], prepend=-1))
    outermost_x = np.maximum.reduceat(table["x1"], starts)
    outermost_y = np.maximum.reduceat(table["y1"], starts)
    is_doubtful = (outermost_x == 1) & (outermost_y == 1)
    if not is_doubtful.any():
        return table
    marked = np.array(table)
    of_box = np.repeat(is_doubtful, np.diff(starts, append=len(table)))
    for corner in ("x0", "y0", "x1", "y1"):
        marked[corner][of_box] = np.nan
    return marked
