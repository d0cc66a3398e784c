from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.stored_tables import KEYPOINT, Table, keypoint_table, named_categories
from al_core.scorers import ScorerKeypointDetection
from al_core.steps.tasks.tables import check_table, counts_in_words, summed, wrong_answers
from al_core.steps.tasks.task import (
    MAX_SHAPES,
    SURE,
    ImageSize,
    Keypoint,
    PredictionAttributes,
    PredictionCard,
    Scoring,
    Task,
)
from al_core.store.kinds import Kind
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions


class KeypointDetection(Task):
    """Keypoints, stored as (P,) of `stored_tables.KEYPOINT`."""

    name = "keypoint-detection"
    kind = Kind.KEYPOINT
    scorer = ScorerKeypointDetection

    def new_scorer(self, outputs: Any, scoring: Scoring) -> ScorerKeypointDetection:
        """Return the scorer of all keypoints."""
        return ScorerKeypointDetection(outputs, half_points=scoring.half_points)

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

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the sum of the scores of the objects of each class."""
        objects, labels = _objects(annotations)
        shape = (n_samples, len(annotations.class_names))
        return summed(objects["row"], labels, objects["score"], shape)

    def expected_objects(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return the sum of the scores of all objects."""
        return np.asarray(self.class_amounts(annotations, n_samples).sum(axis=1))

    def expected_corrections(self, annotations: Annotations, n_samples: int) -> NDArray[np.float64]:
        """Return the sum over the objects."""
        objects, _ = _objects(annotations)
        return wrong_answers(objects["row"], objects["score"], n_samples)

    def objects(self, annotations: Annotations) -> tuple[Rows, NDArray[np.integer], NDArray[np.floating]]:
        """Return the objects that have keypoints."""
        objects, labels = _objects(annotations)
        return objects["row"].astype(np.int64), labels, objects["score"]

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return how many objects of each class the model is sure of."""
        objects, labels = _objects(annotations.confident(SURE))
        return counts_in_words(objects["row"], labels, annotations.class_names, n_samples)

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


def _objects(annotations: Annotations) -> tuple[Table, NDArray[np.int64]]:
    """Return the first entry of each object, and the position of its class among the class names."""
    points = annotations.keypoints
    assert points is not None
    # One entry per point: an object begins where row or number changes.
    is_new_row = np.diff(points["row"]) != 0
    is_new_instance = np.diff(points["instance"]) != 0
    is_first = np.ones(len(points), np.bool_)
    is_first[1:] = is_new_row | is_new_instance
    objects = points[is_first]
    label_of = {category: label for label, category in enumerate(annotations.category_ids)}
    labels = [label_of[category] for category in objects["category"].tolist()]
    return objects, np.array(labels, np.int64)
