"""Stored predictions as tables with one entry per box, keypoint or mask, each with the row of its sample."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows
from al_core.utils import KeypointPrediction, ObjectDetectionBatch, ObjectDetectionOutput

BOX = np.dtype(
    [
        ("row", np.int64),
        *((corner, np.float32) for corner in ("x0", "y0", "x1", "y1")),
        ("objectness", np.float32),
        ("label", np.int32),
        ("score", np.float32),
    ]
)
"""One box: its sample, corners relative to the image, object probability, most probable class and confidence.

The corners are NaN where a file has the box in pixels and the size of the image is unknown."""


class StoredBox(NamedTuple):
    """One entry of a table of boxes, with the fields of `BOX`."""

    row: int
    x0: float
    y0: float
    x1: float
    y1: float
    objectness: float
    label: int
    score: float

    @property
    def width(self) -> float:
        """The extent along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """The extent along y."""
        return self.y1 - self.y0

    @property
    def center(self) -> tuple[float, float]:
        """The middle, x and y."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def scaled(self, width: float, height: float) -> "StoredBox":
        """Return the box in an image of this size instead of one of size 1."""
        return self._replace(x0=self.x0 * width, y0=self.y0 * height, x1=self.x1 * width, y1=self.y1 * height)


KEYPOINT = np.dtype(
    [
        ("row", np.int64),
        ("instance", np.int32),
        ("category", np.int32),
        ("score", np.float32),
        *((name, np.float32) for name in ("x", "y", "confidence")),
    ]
)
"""One keypoint: its sample, which object of the sample it belongs to, that object's category and score, and the point
as the prediction file has it."""

MASK_SIDE = 64
"""Of a probability map a grid of 64 x 64 classes is stored, 4 kB an image: what a thumbnail can show."""

Table = NDArray[np.void]


def named_categories(
    class_names: Sequence[str], category_ids: Sequence[int] | None, keypoints: Table
) -> tuple[list[str], list[int]]:
    """Return class names and category ids and those that occur only in the keypoints.

    Examples:
        >>> named_categories(["person"], [3], np.array([(0, 0, 7, 1, 0, 0, 1)], KEYPOINT))
        (['person', 'class_7'], [3, 7])
    """
    named = list(range(len(class_names)) if category_ids is None else category_ids)
    occurring = set(np.unique(keypoints["category"]).tolist())
    unnamed = sorted(occurring - set(named))
    return [*class_names, *(f"class_{category}" for category in unnamed)], named + unnamed


def box_table(rows: Rows, outputs: Sequence[ObjectDetectionOutput]) -> Table:
    """Return the boxes of all samples, (B,) of `BOX`, by ascending row.

    Args:
        rows: (M,) the sample of each output.
        outputs: (M,) the objects in each sample.

    Examples:
        >>> output = ObjectDetectionOutput(np.array([[0, 0.25, 0.5, 1]]), [0.5], [[0.25, 0.75]])
        >>> box_table(np.array([7]), [output])[["row", "y0", "label", "score"]].tolist()
        [(7, 0.25, 1, 0.375)]
    """
    # A batch has the boxes of all samples in one output already.
    if isinstance(outputs, ObjectDetectionBatch):
        parts = [outputs.objects]
        counts = outputs.n_boxes
    else:
        parts = list(outputs)
        counts = np.array([len(part.labels) for part in parts], np.int64)
    table = np.empty(int(np.sum(counts)), BOX)
    table["row"] = np.repeat(rows, counts)
    corners = np.concatenate([part.corners for part in parts])
    for column, corner in enumerate(("x0", "y0", "x1", "y1")):
        table[corner] = corners[:, column]
    for name, field in (("objectness", "object_probabilities"), ("label", "labels"), ("score", "scores")):
        table[name] = np.concatenate([getattr(part, field) for part in parts])
    return table[np.argsort(table["row"], kind="stable")]


def keypoint_table(rows: Rows, outputs: Sequence[KeypointPrediction]) -> Table:
    """Return the keypoints of all samples, (P,) of `KEYPOINT`, by ascending row."""
    points: list[tuple[Any, ...]] = []
    for row, output in zip(rows.tolist(), outputs, strict=True):
        for number, instance in enumerate(output.keypoint_instance_predictions):
            of_object = (row, number, instance.category_id, instance.score)
            starts = range(0, len(instance.keypoints), 3)
            points += [(*of_object, *instance.keypoints[start : start + 3]) for start in starts]
    table = np.array(points, KEYPOINT)
    return table[np.argsort(table["row"], kind="stable")]


def mask_type(n_classes: int) -> np.dtype[np.void]:
    """Return the type of one mask: its sample, and the most probable class at each place of a grid over the image."""
    # One byte for up to 256 classes.
    label = np.min_scalar_type(max(n_classes - 1, 0))
    return np.dtype([("row", np.int64), ("classes", label, (MASK_SIDE, MASK_SIDE))])


def most_probable(probability_map: NDArray[np.floating]) -> NDArray[np.intp] | None:
    """Return the most probable class of an (H, W, C) map at 64 x 64 places; None if it is a line and no image.

    Examples:
        >>> left_and_right = np.array([[[0.9, 0.1], [0.3, 0.7]]] * 2)
        >>> most_probable(left_and_right)[0, [0, 31, 32, 63]]
        array([0, 0, 1, 1])
    """
    height, width, _ = probability_map.shape
    if min(height, width) < 2:
        return None
    places = (np.arange(MASK_SIDE) + 0.5) / MASK_SIDE
    rows = (places * height).astype(int)
    columns = (places * width).astype(int)
    classes: NDArray[np.intp] = probability_map[rows[:, None], columns].argmax(axis=2)
    return classes


def take_entries(table: Table, rows: Rows) -> Table:
    """Return the entries of these rows of a table by ascending "row", which becomes the position among the rows."""
    starts = np.searchsorted(table["row"], rows, "left")
    counts = np.searchsorted(table["row"], rows, "right") - starts
    # 0, 1, … within each row: the running number minus that of the row's first entry.
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen: Table = table[np.repeat(starts, counts) + offsets]
    chosen["row"] = np.repeat(np.arange(len(rows)), counts)
    return chosen
