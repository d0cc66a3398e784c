from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.annotations import BOX, Annotations, box_table
from al_core.scorers import ScorerObjectDetection
from al_core.steps.tasks.tables import check_table
from al_core.steps.tasks.task import MAX_SHAPES, Box, ImageSize, PredictionAttributes, PredictionCard, Task
from al_core.store.records import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions


class Detection(Task):
    """Boxes, stored as (B,) of `annotations.BOX`."""

    name = "object-detection"
    kind = Kind.DETECTION
    scorer = ScorerObjectDetection

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
        return Annotations(model, attributes.class_names, boxes=array)

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the most confident boxes."""
        names = annotations.class_names
        boxes = [Box(box.x0, box.y0, box.x1, box.y1, names[box.label], box.score) for box in annotations.boxes_of(row)]
        boxes.sort(key=lambda box: -box.score)
        return PredictionCard(boxes=tuple(boxes[:MAX_SHAPES]))
