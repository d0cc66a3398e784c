"""From boxes as files hold them to an `ObjectDetectionBatch`: relative, clipped, grouped by image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import Finding, Severity, note
from al_core.formats.predictions.box_layout import (
    Coordinates,
    Layout,
    PixelBoxes,
    are_in_pixels,
    recognized_layout,
    to_corners,
)
from al_core.formats.predictions.predictions import DETECTION, Predictions
from al_core.types import Probabilities, Rows
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

MAX_CLASSES = 10_000
"""A class index beyond this is a damaged file: every box would get a row of that many probabilities."""

MAX_SCORE = 1.0001
"""Confidences up to this are 1: rounding and float16 go that far."""

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
NO_SIZE = Finding(
    "image-size-missing",
    "image has boxes in pixels and no known size",
    "images have boxes in pixels and no known size",
    "scores do not need it, but where these boxes lie stays unknown; set the images folder of the dataset, or add the "
    "annotation file with the sizes",
)
OTHER_LAYOUT = "box-layout"
"""The key of the note that boxes are written in another way than usual."""

_ROUNDED_SCORE = Finding(
    "scores-rounded",
    "image has boxes with a score just above 1",
    "images have boxes with a score just above 1",
    "it counts as 1",
    severity=Severity.NOTE,
)
CLIPPED = Finding(
    "boxes-clipped",
    "image has boxes that reach outside the image",
    "images have boxes that reach outside the image",
    "they are clipped",
)
EMPTY = Finding(
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
        coordinates: (B, 4) in pixels or relative to the image.
        scores: (B,) confidences, or object probabilities beside class probabilities.
        labels: (B,) positions among the class names, -1 for a category that is not among them.
        class_probabilities: (B, C), or None if the file has only scores and labels.
        layout: What the coordinates of a box usually mean in this format.
    """

    image: Rows
    coordinates: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: Rows
    class_probabilities: Probabilities | None = None
    layout: Layout = Layout.CORNERS

    def take(self, chosen: NDArray[np.generic]) -> "Boxes":
        """Return some of the boxes, by mask or by position."""
        probabilities = self.class_probabilities
        return Boxes(
            self.image[chosen],
            self.coordinates[chosen],
            self.scores[chosen],
            self.labels[chosen],
            None if probabilities is None else probabilities[chosen],
            self.layout,
        )


def detection_predictions(
    source: str,
    filenames: Sequence[str],
    class_names: Sequence[str],
    boxes: Boxes,
    sizes: NDArray[np.floating] | None = None,
) -> Predictions:
    """Return the boxes as predictions; most of them tell pixels from relative coordinates, and corners from extents.

    Boxes in pixels on an image of unknown size have no place yet: `place_boxes` gives them one when it is known.

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
    sizes = usable_sizes(len(filenames), sizes)
    findings: list[Finding] = []
    n_boxes = len(boxes.labels)
    boxes = _without(boxes, boxes.labels < 0, _UNKNOWN_CATEGORY, filenames, findings)
    finite = np.isfinite(boxes.coordinates).all(axis=1) & np.isfinite(boxes.scores)
    boxes = _without(boxes, ~finite, _NOT_FINITE, filenames, findings)
    boxes = _with_scores_checked(boxes, filenames, source, findings)
    # Image after image, as a batch has them; stable, so that those of an image keep their order.
    boxes = boxes.take(np.argsort(boxes.image, kind="stable"))
    in_pixels = are_in_pixels(boxes.coordinates)
    corners, layout = relative_corners(boxes.coordinates, boxes.layout, sizes[boxes.image] if in_pixels else np.ones(2))
    findings += _coordinates(boxes, in_pixels, layout)
    boxes, corners = _with_area(boxes, corners, layout, filenames, findings)
    if n_boxes and not len(boxes.labels):
        findings.append(no_box_left())
    has_no_place: NDArray[np.bool_] = np.any(np.isnan(corners), axis=1)
    findings += NO_SIZE.concerning(_images(boxes, has_no_place, filenames))
    return Predictions(
        list(filenames),
        list(class_names),
        ObjectDetectionBatch(_output(boxes, corners), np.bincount(boxes.image, minlength=len(filenames))),
        DETECTION,
        tuple(findings),
        pixel_boxes=PixelBoxes(boxes.coordinates, boxes.layout) if in_pixels else None,
        image_sizes=sizes if in_pixels and np.isfinite(sizes).any() else None,
    )


def usable_sizes(n_images: int, sizes: NDArray[np.floating] | None) -> NDArray[np.floating]:
    """Return (M, 2) widths and heights, NaN for an image where one of them is no size."""
    if sizes is None:
        return np.full((n_images, 2), np.nan)
    with np.errstate(invalid="ignore"):
        return np.where((sizes > 0).all(axis=1, keepdims=True) & np.isfinite(sizes), sizes, np.nan)


def relative_corners(
    coordinates: Coordinates, usual: Layout, limits: NDArray[np.floating]
) -> tuple[Coordinates, Layout]:
    """Return (B, 4) corners relative to the image, NaN where its size is, and the layout that the boxes have.

    Args:
        coordinates: (B, 4) as the file has them.
        usual: What they mean if nothing speaks against it.
        limits: (B, 2) or (2,) width and height of the image of each box in the unit of the coordinates.
    """
    layout = recognized_layout(coordinates, usual, limits)
    # Width and height twice, as a box has two corners.
    scale = np.tile(limits, 2).astype(np.float32)
    return to_corners(coordinates, layout) / scale, layout


def no_box_left() -> Finding:
    """Return the finding that no box of a file can be used, which refuses it."""
    return Finding(
        "nothing-left",
        "No box of the file can be used",
        "No box of the file can be used",
        "compare its categories and coordinates with those that are expected",
        severity=Severity.REFUSAL,
    )


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
        # Numbers and names cannot be compared with each other.
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


def _with_scores_checked(boxes: Boxes, filenames: Sequence[str], source: str, findings: list[Finding]) -> Boxes:
    bad = (boxes.scores < 0) | (boxes.scores > MAX_SCORE)
    if bad.any():
        box = int(np.argmax(bad))
        raise FileFormatError(
            f"{source}: a box of {filenames[boxes.image[box]]!r} has score {boxes.scores[box]:.6g}; "
            f"scores lie in 0 to 1{', divide percentages by 100' if boxes.scores.max() > 2 else ''}"
        )
    is_rounded = boxes.scores > 1
    findings += _ROUNDED_SCORE.concerning(_images(boxes, is_rounded, filenames))
    return replace(boxes, scores=boxes.scores.clip(0, 1)) if is_rounded.any() else boxes


def _coordinates(boxes: Boxes, in_pixels: bool, layout: Layout) -> list[Finding]:
    largest = float(np.abs(boxes.coordinates).max(initial=0))
    unit = "in pixels" if in_pixels else "relative to the image"
    unit_said = note("box-coordinates", f"Boxes are {unit}", f"the largest coordinate is {largest:.5g}")
    return [unit_said, *layout_said(boxes.layout, layout)]


def layout_said(usual: Layout, layout: Layout) -> list[Finding]:
    """Return the note that boxes are written in another way than usual, if they are."""
    if layout is usual:
        return []
    reason = f"read as {usual.value} many would have no area or lie outside their image"
    return [note(OTHER_LAYOUT, f"Boxes are {layout.value}", reason)]


def _with_area(
    boxes: Boxes, corners: Coordinates, layout: Layout, filenames: Sequence[str], findings: list[Finding]
) -> tuple[Boxes, Coordinates]:
    """Return the boxes that have an area inside their image, and their corners, clipped to it."""
    outside = is_outside(corners)
    findings += CLIPPED.concerning(_images(boxes, outside, filenames))
    clipped = corners.clip(0, 1)
    # Where the image has no size yet the coordinates tell whether there is an area at all.
    without_place = np.isnan(corners)
    areas = np.where(without_place, to_corners(boxes.coordinates, layout), clipped)
    empty = is_empty(areas)
    findings += EMPTY.concerning(_images(boxes, empty, filenames))
    return (boxes.take(~empty), clipped[~empty]) if empty.any() else (boxes, clipped)


def is_empty(corners: Coordinates) -> NDArray[np.bool_]:
    """Return which boxes have no area; one without a place is not among them."""
    empty: NDArray[np.bool_] = np.any(corners[:, :2] >= corners[:, 2:], axis=1)
    return empty


def is_outside(corners: Coordinates) -> NDArray[np.bool_]:
    """Return which boxes reach outside their image by more than rounding."""
    outside: NDArray[np.bool_] = np.any((corners < -_OUTSIDE) | (corners > 1 + _OUTSIDE), axis=1)
    return outside


def _output(boxes: Boxes, corners: Coordinates) -> ObjectDetectionOutput:
    if boxes.class_probabilities is None:
        return ObjectDetectionOutput.from_scores(corners, boxes.scores, boxes.labels)
    return ObjectDetectionOutput(corners, boxes.scores, boxes.class_probabilities)
