from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Probabilities
from al_core.utils.bounding_box import BoundingBox
from al_core.utils.detection_checks import (
    check_box_array,
    check_lengths,
    check_scores_and_labels,
    check_shapes,
)
from al_core.utils.float_array import float_array
from al_core.utils.library_objects import (
    LibraryObjects,
    attribute,
    hugging_face_objects,
    library_objects,
    ultralytics_objects,
)


class ObjectDetectionOutput:
    """The B objects detected in one image.

    Boxes may be a list of `BoundingBox` or a (B, 4) array of (x0, y0, x1, y1) relative to the image, four NaN for a box
    whose place is unknown, which scores do not need; probabilities may be lists or arrays. Probabilities, scores and
    labels are kept as arrays, and float32 stays float32.

    Attributes:
        boxes: List of B `BoundingBox`.
        object_probabilities: (B,) probability that the box holds an object.
        class_probabilities: (B, C) probability of each class.
        scores: (B,) highest class probability times object probability.
        labels: (B,) most probable class.

    Raises:
        InvalidInputError: If the lengths differ, a shape is wrong or a box is empty.

    Examples:
        >>> output = ObjectDetectionOutput([BoundingBox(0.1, 0.2, 0.3, 0.4)], [0.5], [[0.1, 0.5, 0.4]])
        >>> output.scores, output.labels
        (array([0.25]), array([1]))
    """

    _n_classes: int

    def __init__(
        self,
        boxes: Sequence[BoundingBox] | NDArray[np.floating],
        object_probabilities: ArrayLike,
        class_probabilities: ArrayLike,
    ) -> None:
        objectness = float_array(object_probabilities, "object_probabilities")
        probabilities = float_array(class_probabilities, "class_probabilities")
        check_lengths(boxes=boxes, object_probabilities=objectness, class_probabilities=probabilities)
        # An image without boxes fits any number of classes; argmax needs one at least.
        if len(probabilities) == 0:
            probabilities = probabilities.reshape(0, 1)
        check_shapes(boxes, objectness, probabilities)
        self._boxes = boxes
        self.object_probabilities = objectness
        self.class_probabilities = probabilities
        self.labels: NDArray[np.int64] = probabilities.argmax(axis=1)
        self.scores = objectness * probabilities[np.arange(len(objectness)), self.labels]

    @classmethod
    def from_scores(
        cls,
        boxes: Sequence[BoundingBox] | NDArray[np.floating],
        scores: ArrayLike,
        labels: ArrayLike,
    ) -> "ObjectDetectionOutput":
        """Return an output for a model that predicts only a confidence and a label per box.

        Class probabilities are estimated, so the uncertainty scores mean less than with real ones: the label gets the
        score, and the K other classes share the rest equally, K being the highest label in this image (at least 1).

        Args:
            boxes: As in the constructor.
            scores: (B,) confidences in [0, 1], used as object probabilities too.
            labels: (B,) whole numbers from 0.

        Raises:
            InvalidInputError: If the lengths differ, or a score or label is out of range.

        Examples:
            >>> boxes = [BoundingBox(0.1, 0.2, 0.3, 0.4)]
            >>> ObjectDetectionOutput.from_scores(boxes, scores=[0.5], labels=[2]).class_probabilities
            array([[0.25, 0.25, 0.5 ]])
        """
        confidences = float_array(scores, "scores")
        classes = np.atleast_1d(labels)
        check_lengths(boxes=boxes, scores=confidences, labels=classes)
        check_scores_and_labels(confidences, classes)
        if isinstance(boxes, np.ndarray) and len(boxes):
            check_box_array(boxes)
        # At least one other class, which the rest of the probability goes to.
        n_classes = max(int(classes.max(initial=0)), 1) + 1
        return cls._from_checked_scores(boxes, confidences, classes.astype(np.int64), n_classes)

    @classmethod
    def from_supervision(cls, detections: Any, image_size: Sequence[float]) -> "ObjectDetectionOutput":
        """Return the output of a `Detections` of supervision, with class probabilities as `from_scores` estimates them.

        Boxes without area inside the image are left out.

        Args:
            detections: With the attributes `xyxy` in pixels, `confidence` and `class_id`.
            image_size: Width and height in pixels, as `image.size` of Pillow.

        Raises:
            InvalidInputError: If the detections have no confidences.
        """
        expected = "a Detections of supervision"
        return cls._from_library(
            library_objects(
                attribute(detections, "xyxy", expected),
                attribute(detections, "confidence", expected),
                attribute(detections, "class_id", expected),
                image_size,
            )
        )

    @classmethod
    def from_ultralytics(cls, result: Any) -> "ObjectDetectionOutput":
        """Return the output of a `Results` of Ultralytics, of a model that detects, segments, poses or turns boxes.

        Class probabilities are as `from_scores` estimates them; boxes without area inside the image are left out.

        Args:
            result: One entry of what a YOLO model returns: with `boxes` or `obb`, and `orig_shape`.

        Raises:
            InvalidInputError: If it has no boxes.
        """
        return cls._from_library(ultralytics_objects(result))

    @classmethod
    def from_torchvision(cls, detections: Mapping[str, Any], image_size: Sequence[float]) -> "ObjectDetectionOutput":
        """Return the output of one dictionary of a torchvision detector, or of `post_process_object_detection`.

        Class probabilities are as `from_scores` estimates them; boxes without area inside the image are left out.

        Args:
            detections: `boxes` x0, y0, x1, y1 in pixels, `scores` and `labels`, as tensors or arrays. Labels stay as
                they are: torchvision's 0 is the background.
            image_size: Width and height in pixels, as `image.size` of Pillow.

        Raises:
            InvalidInputError: If a key is missing or lengths differ.

        Examples:
            >>> detections = {"boxes": [[50, 25, 100, 50]], "scores": [0.75], "labels": [3]}
            >>> output = ObjectDetectionOutput.from_torchvision(detections, image_size=(200, 100))
            >>> output.corners.tolist(), output.scores.tolist(), output.labels.tolist()
            ([[0.25, 0.25, 0.5, 0.5]], [0.75], [3])
        """
        missing = [key for key in ("boxes", "scores", "labels") if key not in detections]
        if missing:
            raise InvalidInputError(f"the detections have no {', '.join(missing)}; they have {', '.join(detections)}")
        return cls._from_library(
            library_objects(detections["boxes"], detections["scores"], detections["labels"], image_size)
        )

    @classmethod
    def from_hugging_face(
        cls, detections: Sequence[Mapping[str, Any]], image_size: Sequence[float], class_names: Sequence[str]
    ) -> "ObjectDetectionOutput":
        """Return the output of what an object-detection pipeline of transformers returns for one image.

        Class probabilities are as `from_scores` estimates them; boxes without area inside the image are left out.

        Args:
            detections: One dictionary per object with `label`, `score` and `box` in pixels.
            image_size: Width and height in pixels, as `image.size` of Pillow.
            class_names: The classes of the model in order: `list(pipeline.model.config.id2label.values())`.

        Raises:
            InvalidInputError: If a label is not among the class names.

        Examples:
            >>> cat = {"label": "cat", "score": 0.75, "box": {"xmin": 20, "ymin": 10, "xmax": 100, "ymax": 50}}
            >>> ObjectDetectionOutput.from_hugging_face([cat], (200, 100), ["dog", "cat"]).labels
            array([1])
        """
        return cls._from_library(hugging_face_objects(detections, image_size, class_names))

    @classmethod
    def _from_library(cls, objects: LibraryObjects) -> "ObjectDetectionOutput":
        return cls.from_scores(objects.corners, objects.scores, objects.labels)

    @classmethod
    def _from_checked_scores(
        cls,
        boxes: Sequence[BoundingBox] | NDArray[np.floating],
        scores: NDArray[np.floating],
        labels: NDArray[np.int64],
        n_classes: int,
    ) -> "ObjectDetectionOutput":
        # Bypasses the constructor, which needs class probabilities: here they are estimated on first access.
        output = cls.__new__(cls)
        output._boxes = boxes
        output._n_classes = n_classes
        output.object_probabilities = scores
        output.scores = scores
        output.labels = labels
        return output

    @cached_property
    def class_probabilities(self) -> Probabilities:
        """(B, C) probability of each class; estimated on first access for a model that predicts only scores."""
        return _spread(self.scores, self.labels, self._n_classes)

    @property
    def is_estimated(self) -> bool:
        """Whether the model predicted only scores and labels, and class probabilities are estimated from them."""
        return "_n_classes" in self.__dict__

    def part(self, rows: slice | NDArray[np.int64]) -> "ObjectDetectionOutput":
        """Return some of the objects as a separate output; a slice shares the arrays."""
        boxes = self._boxes
        if isinstance(boxes, np.ndarray) or isinstance(rows, slice):
            chosen = boxes[rows]  # type: ignore[index]  # mypy forgets that a list comes with a slice
        else:
            chosen = [boxes[row] for row in rows.tolist()]
        # Looking at the attribute would estimate it: (B, C) numbers that a part is seldom asked for.
        if "class_probabilities" not in self.__dict__:
            return self._from_checked_scores(chosen, self.scores[rows], self.labels[rows], self._n_classes)
        output = ObjectDetectionOutput(chosen, self.object_probabilities[rows], self.class_probabilities[rows])
        output.scores = self.scores[rows]
        output.labels = self.labels[rows]
        return output

    def confident(self, least: float) -> "ObjectDetectionOutput":
        """Return the objects whose confidence is at least this, all of them for 0.

        Examples:
            >>> boxes = np.array([[0.1, 0.1, 0.5, 0.5], [0.5, 0.5, 0.9, 0.9]])
            >>> ObjectDetectionOutput.from_scores(boxes, scores=[0.01, 0.75], labels=[0, 1]).confident(0.05).scores
            array([0.75])
        """
        return self if least <= 0 else self.part(np.flatnonzero(are_confident(self.scores, least)))

    def with_boxes(self, boxes: NDArray[np.floating]) -> "ObjectDetectionOutput":
        """Return the same objects at other places, (B, 4) as in the constructor."""
        check_lengths(boxes=boxes, scores=self.scores)
        check_box_array(boxes)
        output = copy(self)
        output.__dict__.pop("boxes", None)
        output._boxes = boxes
        return output

    @cached_property
    def boxes(self) -> list[BoundingBox]:
        """List of B `BoundingBox`.

        Raises:
            InvalidInputError: If the place of a box is unknown.
        """
        return [box if isinstance(box, BoundingBox) else BoundingBox(*box) for box in self._boxes]

    @property
    def corners(self) -> NDArray[np.floating]:
        """(B, 4) x0, y0, x1, y1 of each box relative to the image, clipped to it."""
        boxes = self._boxes
        if not isinstance(boxes, np.ndarray):
            boxes = np.array([(box.x0, box.y0, box.x1, box.y1) for box in self.boxes])
        return boxes.reshape(-1, 4).clip(0, 1)


def are_confident(scores: NDArray[np.floating], least: float) -> NDArray[np.bool_]:
    """Return which confidences are at least `least`."""
    # As they are stored: as a float of 64 bits, a stored 0.7 is less than 0.7.
    is_confident: NDArray[np.bool_] = scores.astype(np.float32) >= np.float32(least)
    return is_confident


def _spread(scores: NDArray[np.floating], labels: NDArray[np.int64], n_classes: int) -> Probabilities:
    probabilities = np.empty((len(scores), n_classes), dtype=scores.dtype)
    probabilities[:] = ((1 - scores) / (n_classes - 1))[:, np.newaxis]
    probabilities[np.arange(len(labels)), labels] = scores
    return probabilities
