"""Objects of detection libraries by their attributes: none of the libraries is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError

ImageSize = tuple[int, int]
"""Width and height in pixels, as `image.size` of Pillow; the first two entries of a NumPy shape are the other way."""

_ROUNDING = 1e-4
"""How far a confidence may be above 1: half precision rounds that much."""


@dataclass(frozen=True)
class LibraryObjects:
    """The B objects of one image.

    Attributes:
        corners: (B, 4) x0, y0, x1, y1 relative to the image.
        scores: (B,) confidences.
        labels: (B,) classes.
    """

    corners: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]


def as_array(values: Any) -> NDArray[Any]:
    """Return a tensor on any device, an array or a list as an array."""
    # A tensor with gradients, or on a graphics card, refuses to become an array.
    for step in ("detach", "cpu"):
        values = getattr(values, step)() if hasattr(values, step) else values
    if "bfloat16" in str(getattr(values, "dtype", "")):
        # NumPy has no such type.
        values = values.float()
    return np.asarray(values)


def library_objects(boxes: Any, scores: Any, labels: Any, image_size: Sequence[float]) -> LibraryObjects:
    """Return boxes in pixels as objects relative to their image; those without area inside the image are left out.

    Args:
        boxes: (B, 4) x0, y0, x1, y1 in pixels.
        scores: (B,) confidences; None is an error.
        labels: (B,) whole numbers from 0; None if there is one class.
        image_size: Width and height in pixels.

    Raises:
        InvalidInputError: If there are no confidences, lengths differ, or a size is not above 0.

    Examples:
        >>> library_objects([[25, 50, 50, 220]], [0.5], None, (100, 200)).corners.tolist()
        [[0.25, 0.25, 0.5, 1.0]]
    """
    if scores is None:
        raise InvalidInputError("the detections have no confidences; without them these are labels, not predictions")
    pixels = as_array(boxes).astype(np.float32).reshape(-1, 4)
    confidences = as_array(scores).astype(np.float32).reshape(-1)
    classes = np.zeros(len(confidences)) if labels is None else as_array(labels).reshape(-1)
    if not len(pixels) == len(confidences) == len(classes):
        raise InvalidInputError(
            f"one confidence and one label per box are needed, not {len(confidences)} and {len(classes)} for "
            f"{len(pixels)} boxes"
        )
    if len(image_size) != 2 or not min(image_size) > 0:
        raise InvalidInputError(f"image_size is width and height in pixels, both above 0, not {tuple(image_size)}")
    # x and y of both corners in turn.
    sides = np.array([*image_size, *image_size], np.float32)
    corners = (pixels / sides).clip(0, 1)
    has_area = (corners[:, :2] < corners[:, 2:]).all(axis=1)
    is_rounded = (confidences > 1) & (confidences <= 1 + _ROUNDING)
    confidences = np.where(is_rounded, np.float32(1), confidences)
    return LibraryObjects(corners[has_area], confidences[has_area], classes[has_area].astype(np.int64))


def attribute(value: Any, name: str, expected: str) -> Any:
    """Return an attribute of a library's object.

    Raises:
        InvalidInputError: If it has none: it is something else than was expected.
    """
    if not hasattr(value, name):
        raise InvalidInputError(f"expected {expected}, which has the attribute {name!r}, not {type(value).__name__}")
    return getattr(value, name)


def ultralytics_objects(result: Any) -> LibraryObjects:
    """Return the objects of a `Results` of Ultralytics: of its boxes, or of the upright boxes around rotated ones."""
    boxes = attribute(result, "boxes", "a Results of Ultralytics")
    # A model of rotated boxes has no others, and their `xyxy` are the upright ones around them.
    if boxes is None:
        boxes = getattr(result, "obb", None)
    if boxes is None:
        raise InvalidInputError("the Results of Ultralytics has no boxes; it is of a model for another task")
    height, width = result.orig_shape
    return library_objects(boxes.xyxy, boxes.conf, boxes.cls, (width, height))


def hugging_face_objects(
    detections: Sequence[Mapping[str, Any]], image_size: Sequence[float], class_names: Sequence[str]
) -> LibraryObjects:
    """Return the objects that an object-detection pipeline of transformers returns for one image."""
    position = {name: number for number, name in enumerate(class_names)}
    unknown = [detection["label"] for detection in detections if detection["label"] not in position]
    if unknown:
        raise InvalidInputError(
            f"the label {unknown[0]!r} is not among the {len(position)} class names; "
            "give those of the model: list(pipeline.model.config.id2label.values())"
        )
    sides = ("xmin", "ymin", "xmax", "ymax")
    return library_objects(
        [[detection["box"][side] for side in sides] for detection in detections],
        [detection["score"] for detection in detections],
        [position[detection["label"]] for detection in detections],
        image_size,
    )


def keypoint_rows(points: Any, confidences: Any) -> list[list[float]]:
    """Return x, y and confidence in turn for each of B objects, whose points are (B, K, 2) and confidences (B, K).

    Raises:
        InvalidInputError: If there are no confidences.
    """
    places = as_array(points).astype(np.float64)
    if not len(places):
        return []
    if confidences is None:
        raise InvalidInputError("the keypoints have no confidences, which scores are made of")
    certain = as_array(confidences).astype(np.float64)
    certain = np.where((certain > 1) & (certain <= 1.01), 1, certain)
    # (B, K, 3), and K triples one after the other in each row.
    triples = np.dstack([places[:, :, :2], certain])
    rows: list[list[float]] = triples.reshape(len(places), -1).tolist()
    return rows
