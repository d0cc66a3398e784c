from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from al_core.formats.predictions.annotations import KEYPOINT, Annotations, keypoint_table, named_categories
from al_core.scorers import ScorerKeypointDetection
from al_core.steps.tasks.tables import check_table
from al_core.steps.tasks.task import MAX_SHAPES, ImageSize, Keypoint, PredictionAttributes, PredictionCard, Task
from al_core.store.records import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions


class KeypointDetection(Task):
    """Keypoints, stored as (P,) of `annotations.KEYPOINT`."""

    name = "keypoint-detection"
    kind = Kind.KEYPOINT
    scorer = ScorerKeypointDetection

    def to_array(self, predictions: "Predictions", rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        """Return all keypoints by ascending row."""
        return keypoint_table(rows, outputs)

    def check(self, name: str, array: NDArray[Any], attributes: PredictionAttributes, n_samples: int) -> None:
        """Raise unless it is a table of keypoints."""
        check_table(name, array, KEYPOINT, n_samples)

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return the keypoints by sample."""
        class_names, category_ids = named_categories(attributes.class_names, attributes.category_ids, array)
        return Annotations(
            model,
            class_names,
            category_ids=category_ids,
            keypoints=array,
            keypoint_names=attributes.keypoint_names,
            skeletons=attributes.skeletons,
        )

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return the points that are there; none if they are in pixels and the size of the image is unknown."""
        # Asked only for pixels: it means opening the image.
        size = image_size() if annotations.has_keypoints_in_pixels else (1, 1)
        if size is None:
            return PredictionCard()
        width, height = size
        points = [
            Keypoint(x / width, y / height, annotations.class_names[instance.label], confidence)
            for instance in annotations.keypoints_of(row)
            for _, (x, y, confidence) in instance.visible_points
        ]
        return PredictionCard(keypoints=tuple(points[:MAX_SHAPES]))
