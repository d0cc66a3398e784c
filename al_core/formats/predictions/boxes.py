"""From boxes as files hold them to an `ObjectDetectionBatch`: relative, clipped, grouped by image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.annotations import LARGEST_RELATIVE
from al_core.formats.predictions.predictions import DETECTION, Predictions
from al_core.types import Probabilities, Rows
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

MAX_CLASSES = 10_000
"""A class index beyond this is a damaged file: every box would get a row of that many probabilities."""

_OUTSIDE = 0.01
"""How far beyond the image a box may reach, relative to its side, before that is reported: rounding stays within."""

_UNKNOWN_CATEGORY = Finding(
    "unknown-category",
    "image has boxes of categories that the file does not list",
    "images have boxes of categories that the file does not list",
    "these boxes are left out",
)
_NOT_FINITE = Finding(
    "boxes-not-finite",
    "image has boxes with NaN or infinite values",
    "images have boxes with NaN or infinite values",
    "these boxes are left out",
)
_NO_SIZE = Finding(
    "image-size-missing",
    "image has no size in the file",
    "images have no size in the file",
    "their boxes are relative to the outermost one; scores do not change",
)
_CLIPPED = Finding(
    "boxes-clipped",
    "image has boxes that reach outside the image",
    "images have boxes that reach outside the image",
    "they are clipped",
)
_EMPTY = Finding(
    "boxes-empty",
    "image has boxes without area inside the image",
    "images have boxes without area inside the image",
    "these boxes are left out",
)


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
    """Return the boxes as predictions; the largest coordinate tells pixels from relative coordinates.

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
    findings: list[Finding] = []
    boxes = _without(boxes, boxes.labels < 0, _UNKNOWN_CATEGORY, filenames, findings)
    finite = np.isfinite(boxes.corners).all(axis=1) & np.isfinite(boxes.scores)
    boxes = _without(boxes, ~finite, _NOT_FINITE, filenames, findings)
    _check_scores(boxes, filenames, source)
    boxes = _relative(boxes, filenames, sizes, findings)
    boxes = _inside(boxes, filenames, findings)
    boxes = boxes.take(np.argsort(boxes.image, kind="stable"))
    batch = ObjectDetectionBatch(_output(boxes), np.bincount(boxes.image, minlength=len(filenames)))
    return Predictions(list(filenames), list(class_names), batch, DETECTION, tuple(findings))


def dense_labels(labels: Sequence[int | str], class_names: Sequence[str] | None) -> tuple[list[str], Rows]:
    """Return class names, and the position of each label among them, -1 where it is not one.

    Args:
        labels: (B,) a name or a number for each box.
        class_names: (C,) the classes; without them they are those that occur, numbers before names.

    Examples:
        >>> dense_labels([7, "cat", 7], None)
        (['class_7', 'cat'], array([0, 1, 0]))
        >>> dense_labels([1, "cat", 2], ["cat", "dog"])
        (['cat', 'dog'], array([ 1,  0, -1]))
    """
    if class_names is None:
        distinct = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
        names = [label if isinstance(label, str) else f"class_{label}" for label in distinct]
        position: dict[int | str, int] = {label: number for number, label in enumerate(distinct)}
    else:
        names = list(class_names)
        position = {name: number for number, name in enumerate(names)}
        position |= {number: number for number in range(len(names))}
    positions = (position.get(label, -1) for label in labels)
    return names, np.fromiter(positions, dtype=np.int64, count=len(labels))


def _without(
    boxes: Boxes, bad: NDArray[np.bool_], finding: Finding, filenames: Sequence[str], findings: list[Finding]
) -> Boxes:
    if not bad.any():
        return boxes
    findings.append(finding.of(_images(boxes, bad, filenames)))
    return boxes.take(~bad)


def _images(boxes: Boxes, is_concerned: NDArray[np.bool_], filenames: Sequence[str]) -> list[str]:
    return [filenames[image] for image in np.unique(boxes.image[is_concerned]).tolist()]


def _check_scores(boxes: Boxes, filenames: Sequence[str], source: str) -> None:
    bad = (boxes.scores < 0) | (boxes.scores > 1)
    if bad.any():
        box = int(np.argmax(bad))
        raise FileFormatError(
            f"{source}: a box of {filenames[boxes.image[box]]!r} has score {boxes.scores[box]:g}; "
            "scores lie in 0 to 1, divide percentages by 100"
        )


def _relative(
    boxes: Boxes, filenames: Sequence[str], sizes: NDArray[np.floating] | None, findings: list[Finding]
) -> Boxes:
    largest = float(np.abs(boxes.corners).max(initial=0))
    if largest <= LARGEST_RELATIVE:
        findings.append(_coordinates("relative to the image", f"{largest:.3g}"))
        return boxes
    findings.append(_coordinates("in pixels", f"{largest:.5g}"))
    if sizes is None:
        sizes = np.full((len(filenames), 2), np.nan)
    has_size = np.isfinite(sizes).all(axis=1) & (sizes > 0).all(axis=1)
    lacks_size = ~has_size[boxes.image]
    extents = np.zeros((len(filenames), 2))
    if lacks_size.any():
        np.maximum.at(extents, boxes.image, boxes.corners[:, 2:])
        findings.append(_NO_SIZE.of(_images(boxes, lacks_size, filenames)))
    extents[has_size] = sizes[has_size]
    extents[extents <= 0] = 1
    scale = np.tile(extents, 2).astype(np.float32)[boxes.image]
    return replace(boxes, corners=boxes.corners / scale)


def _coordinates(unit: str, largest: str) -> Finding:
    return note("box-coordinates", f"Boxes are {unit}", f"the largest coordinate is {largest}")


def _inside(boxes: Boxes, filenames: Sequence[str], findings: list[Finding]) -> Boxes:
    outside: NDArray[np.bool_] = np.any((boxes.corners < -_OUTSIDE) | (boxes.corners > 1 + _OUTSIDE), axis=1)
    if outside.any():
        findings.append(_CLIPPED.of(_images(boxes, outside, filenames)))
    boxes = replace(boxes, corners=boxes.corners.clip(0, 1))
    empty: NDArray[np.bool_] = np.any(boxes.corners[:, :2] >= boxes.corners[:, 2:], axis=1)
    return _without(boxes, empty, _EMPTY, filenames, findings)


def _output(boxes: Boxes) -> ObjectDetectionOutput:
    if boxes.class_probabilities is None:
        return ObjectDetectionOutput.from_scores(boxes.corners, boxes.scores, boxes.labels)
    return ObjectDetectionOutput(boxes.corners, boxes.scores, boxes.class_probabilities)
