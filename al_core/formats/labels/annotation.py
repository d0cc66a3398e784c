"""What one person said about one image, and whether another said the same."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.stored_tables import Table

NO_CLASS = -1
"""The label of pixels that nobody gave a class."""

SAME_BOX = 0.5
"""Boxes of one class that overlap by this much are the same object: the threshold of Pascal VOC."""

SAME_PIXELS = 0.9
"""Maps of which this share of pixels agrees are the same: outlines differ by some pixels between any two people."""

_CORNERS = ("x0", "y0", "x1", "y1")


@dataclass(frozen=True)
class Annotation:
    """What one person said about one image; all of it empty if there is nothing on it.

    Attributes:
        classes: (K,) classes of the image.
        boxes: (B,) of `LABEL_BOX`.
        keypoints: (P,) of `LABEL_KEYPOINT`.
        label_map: (H, W) the class of each pixel, `NO_CLASS` where there is none; None without a mask.
    """

    classes: NDArray[np.int32]
    boxes: Table
    keypoints: Table
    label_map: NDArray[np.int32] | None

    def contradicts(self, other: "Annotation") -> bool:
        """Return whether another annotation of the image has other classes, other objects or other places."""
        return (
            set(self.classes.tolist()) != set(other.classes.tolist())
            or _boxes_differ(self.boxes, other.boxes)
            or _objects(self.keypoints) != _objects(other.keypoints)
            or _maps_differ(self.label_map, other.label_map)
        )


def overlap(first: np.void, later: np.void) -> float:
    """Return the area that two boxes share as a part of the area that they cover (intersection over union).

    Examples:
        >>> boxes = np.array([(0, 0, 2, 1), (1, 0, 3, 1)], [(name, float) for name in ("x0", "y0", "x1", "y1")])
        >>> round(overlap(boxes[0], boxes[1]), 3)
        0.333
    """
    first_corners = _corners(first)
    later_corners = _corners(later)
    upper_left = np.maximum(first_corners[:2], later_corners[:2])
    lower_right = np.minimum(first_corners[2:], later_corners[2:])
    shared = _area(upper_left, lower_right)
    covered = _area(*np.split(first_corners, 2)) + _area(*np.split(later_corners, 2)) - shared
    # Two boxes without area are points or lines: nothing tells them apart.
    return shared / covered if covered > 0 else 1.0


def _corners(box: np.void) -> NDArray[np.float64]:
    return np.array([box[corner] for corner in _CORNERS], np.float64)


def _area(upper_left: NDArray[np.float64], lower_right: NDArray[np.float64]) -> float:
    # Between boxes that do not meet, shared sides are negative, and two of them would multiply to an area.
    sides = np.maximum(lower_right - upper_left, 0)
    return float(np.prod(sides))


def _boxes_differ(first: Table, later: Table) -> bool:
    if Counter(first["label"].tolist()) != Counter(later["label"].tolist()):
        return True
    free = list(range(len(later)))
    for box in first:
        # Each box goes with the free one of its class that it overlaps most. This is not the best assignment, but two
        # boxes that overlap a third by more than half overlap each other: only duplicates could be assigned otherwise.
        of_class = [later[other]["label"] == box["label"] for other in free]
        overlaps = [overlap(box, later[other]) if same else -1.0 for other, same in zip(free, of_class, strict=True)]
        best = int(np.argmax(overlaps))
        if overlaps[best] < SAME_BOX:
            return True
        del free[best]
    return False


def _objects(keypoints: Table) -> Counter[int]:
    objects = np.unique(keypoints[["label", "instance"]])
    return Counter(objects["label"].tolist())


def _maps_differ(first: NDArray[np.int32] | None, later: NDArray[np.int32] | None) -> bool:
    if first is None or later is None:
        return first is not later
    return first.shape != later.shape or float(np.mean(first == later)) < SAME_PIXELS
