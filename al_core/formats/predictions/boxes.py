"""From boxes as files hold them to an `ObjectDetectionBatch`: relative, clipped, grouped by image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.annotations import LARGEST_RELATIVE
from al_core.formats.predictions.predictions import DETECTION, Predictions
from al_core.types import Probabilities, Rows
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

MAX_CLASSES = 10_000
_OUTSIDE = 0.01


@dataclass(frozen=True)
class Boxes:
    """The boxes of all images in any order.

    Attributes:
        image: (B,) position of the box's image among the filenames.
        corners: (B, 4) x0, y0, x1, y1 in pixels or relative to the image.
        scores: (B,) confidences, or object probabilities beside class probabilities.
        labels: (B,) positions among the class names, -1 for a category that is not among them.
        class_probabilities: (B, C), or None if the file has only scores and labels.
    """

    image: Rows
    corners: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: Rows
    class_probabilities: Probabilities | None = None

    def take(self, chosen: NDArray[np.generic]) -> "Boxes":
        """Return some of the boxes, by mask or by position."""
        probabilities = self.class_probabilities
        return Boxes(
            self.image[chosen],
            self.corners[chosen],
            self.scores[chosen],
            self.labels[chosen],
            None if probabilities is None else probabilities[chosen],
        )


def detection_predictions(
    source: str,
    filenames: Sequence[str],
    class_names: Sequence[str],
    boxes: Boxes,
    sizes: NDArray[np.floating] | None = None,
) -> Predictions:
    """Return the boxes as predictions; pixels and relative coordinates are told apart by their range.

    Args:
        source: The name of the file.
        filenames: (M,) one per image; an image without boxes stays.
        class_names: (C,) the classes.
        boxes: What the file holds.
        sizes: (M, 2) width and height of each image in pixels, NaN where unknown.

    Raises:
        FileFormatError: If a score is outside 0 to 1 or there are too many classes.
    """
    if len(class_names) > MAX_CLASSES:
        raise FileFormatError(f"{source} has {len(class_names):,} classes; at most {MAX_CLASSES:,} are read")
    findings: dict[str, list[str]] = {}
    boxes = _without(
        boxes,
        boxes.labels < 0,
        filenames,
        findings,
        "image has categories not in the schema: these boxes are left out",
    )
    finite = np.isfinite(boxes.corners).all(axis=1) & np.isfinite(boxes.scores)
    boxes = _without(
        boxes, ~finite, filenames, findings, "image has boxes with NaN or infinite values: they are left out"
    )
    _check_scores(boxes, filenames, source)
    boxes = _relative(boxes, filenames, sizes, findings)
    boxes = _inside(boxes, filenames, findings)
    boxes = boxes.take(np.argsort(boxes.image, kind="stable"))
    batch = ObjectDetectionBatch(_output(boxes), np.bincount(boxes.image, minlength=len(filenames)))
    return Predictions(list(filenames), list(class_names), batch, DETECTION, findings)


def dense_labels(labels: Sequence[int | str], class_names: Sequence[str] | None) -> tuple[list[str], NDArray[np.int64]]:
    """Return class names, and the position of each label among them; unnamed ones are called by number."""
    if class_names is None:
        found = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
        position = {label: number for number, label in enumerate(found)}
        names = [label if isinstance(label, str) else f"class_{label}" for label in found]
        return names, np.array([position[label] for label in labels], dtype=np.int64)
    of_name = {name: number for number, name in enumerate(class_names)}
    known = (
        of_name.get(label, -1) if isinstance(label, str) else label if label < len(class_names) else -1
        for label in labels
    )
    return list(class_names), np.fromiter(known, dtype=np.int64, count=len(labels))


def _without(
    boxes: Boxes, bad: NDArray[np.bool_], filenames: Sequence[str], findings: dict[str, list[str]], finding: str
) -> Boxes:
    if not bad.any():
        return boxes
    findings[finding] = _images(boxes, bad, filenames)
    return boxes.take(~bad)


def _images(boxes: Boxes, chosen: NDArray[np.bool_], filenames: Sequence[str]) -> list[str]:
    return [filenames[image] for image in np.unique(boxes.image[chosen]).tolist()]


def _check_scores(boxes: Boxes, filenames: Sequence[str], source: str) -> None:
    bad = (boxes.scores < 0) | (boxes.scores > 1)
    if bad.any():
        box = int(np.argmax(bad))
        raise FileFormatError(
            f"{source}: a box of {filenames[boxes.image[box]]!r} has score {boxes.scores[box]:g}; "
            "scores lie in 0 to 1, divide percentages by 100"
        )


def _relative(
    boxes: Boxes, filenames: Sequence[str], sizes: NDArray[np.floating] | None, findings: dict[str, list[str]]
) -> Boxes:
    largest = float(np.abs(boxes.corners).max(initial=0))
    if largest <= LARGEST_RELATIVE:
        findings[f"Boxes are relative to the image: the largest coordinate is {largest:.3g}"] = []
        return boxes
    findings[f"Boxes are in pixels: the largest coordinate is {largest:.5g}"] = []
    extents = np.zeros((len(filenames), 2))
    known = (
        np.full(len(filenames), False) if sizes is None else np.isfinite(sizes).all(axis=1) & (sizes > 0).all(axis=1)
    )
    if not known[boxes.image].all():
        np.maximum.at(extents, boxes.image, boxes.corners[:, 2:])
        findings[
            "image has no size in the file: their boxes are relative to the outermost one, scores do not change"
        ] = _images(boxes, ~known[boxes.image], filenames)
    if sizes is not None:
        extents[known] = sizes[known]
    extents[extents <= 0] = 1
    scale = np.tile(extents, 2).astype(np.float32)[boxes.image]
    return replace(boxes, corners=boxes.corners / scale)


def _inside(boxes: Boxes, filenames: Sequence[str], findings: dict[str, list[str]]) -> Boxes:
    outside: NDArray[np.bool_] = np.any((boxes.corners < -_OUTSIDE) | (boxes.corners > 1 + _OUTSIDE), axis=1)
    if outside.any():
        findings["image has boxes that reach outside: they are clipped"] = _images(boxes, outside, filenames)
    boxes = replace(boxes, corners=boxes.corners.clip(0, 1))
    empty: NDArray[np.bool_] = np.any(boxes.corners[:, :2] >= boxes.corners[:, 2:], axis=1)
    return _without(boxes, empty, filenames, findings, "image has boxes of no area inside: they are left out")


def _output(boxes: Boxes) -> ObjectDetectionOutput:
    if boxes.class_probabilities is None:
        return ObjectDetectionOutput.from_scores(boxes.corners, boxes.scores, boxes.labels)
    return ObjectDetectionOutput(boxes.corners, boxes.scores, boxes.class_probabilities)
