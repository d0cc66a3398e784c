"""Stored predictions by sample: class probabilities, boxes, keypoints, and masks reduced to a small grid."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.box_layout import are_in_pixels
from al_core.formats.predictions.object_masks import ObjectMask, ObjectMasks
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.types import Probabilities, Rows
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


@dataclass(frozen=True)
class KeypointObject:
    """One object.

    Attributes:
        label: Its class.
        score: Its confidence.
        points: (K, 3) x, y and confidence; a point of no confidence is not there.
    """

    label: int
    score: float
    points: NDArray[np.floating]

    @property
    def visible_points(self) -> list[tuple[int, list[float]]]:
        """The points that are there with their numbers, counted from 1."""
        return [(number, point) for number, point in enumerate(self.points.tolist(), 1) if point[2] > 0]


@dataclass(frozen=True)
class Annotations:
    """What one model predicted for M samples.

    Attributes:
        model: The name of the predictions.
        class_names: (C,) the classes.
        probabilities: (M, C), NaN where there is no prediction; None for other tasks.
        are_exclusive: Whether a sample has one class, so that the probabilities of a row sum to 1.
        boxes: (B,) of `BOX` where "row" is the position among the M samples, ascending; None for other tasks.
        keypoints: (P,) of `KEYPOINT`, likewise.
        category_ids: (C,) the number that the file called each class by; empty, or fewer, where it did not.
        keypoint_names: (C,) the names of the keypoints of each class; empty, or fewer, where they have none.
        skeletons: (C,) the pairs of keypoints of each class that are joined, counted from 1; likewise.
        masks: (S,) of `mask_type`, likewise.
        objects: The masks at full resolution, for exports; None where only the grid is stored.
        are_points_in_pixels: Whether keypoints are in pixels; by default as the range of these here tells.
    """

    model: str
    class_names: Sequence[str]
    probabilities: Probabilities | None = None
    are_exclusive: bool = True
    boxes: Table | None = None
    keypoints: Table | None = None
    category_ids: Sequence[int] = ()
    keypoint_names: Sequence[Sequence[str]] = ()
    skeletons: Sequence[Sequence[Sequence[int]]] = ()
    masks: Table | None = None
    objects: ObjectMasks | None = None
    are_points_in_pixels: bool | None = None

    @property
    def task(self) -> str:
        """What they are predictions of."""
        if self.probabilities is not None:
            return CLASSIFICATION if self.are_exclusive else MULTI_LABEL
        if self.boxes is not None:
            return DETECTION
        return SEGMENTATION if self.keypoints is None else KEYPOINTS

    def take(self, rows: Rows) -> "Annotations":
        """Return the annotations of these rows, in this order."""
        if self.probabilities is not None:
            return replace(self, probabilities=self.probabilities[rows])
        tables = (
            None if table is None else take_entries(table, rows) for table in (self.boxes, self.keypoints, self.masks)
        )
        boxes, keypoints, masks = tables
        objects = self.objects and replace(self.objects, table=take_entries(self.objects.table, rows))
        # Few points may all lie near the origin, so that their own range does not tell.
        in_pixels = self.has_keypoints_in_pixels
        return replace(
            self, boxes=boxes, keypoints=keypoints, masks=masks, objects=objects, are_points_in_pixels=in_pixels
        )

    def confident(self, least: float) -> "Annotations":
        """Return the predictions whose confidence is at least this, and objects that have none."""
        if least <= 0:
            return self
        # Compared as they are stored: as a float of 64 bits, a stored 0.7 is less than 0.7.
        threshold = np.float32(least)
        if self.probabilities is not None:
            # Of classes that exclude each other, the others stay beside the most probable one.
            decisive = self.probabilities.max(axis=1, keepdims=True) if self.are_exclusive else self.probabilities
            is_sure = decisive >= threshold
            return replace(self, probabilities=np.where(is_sure, self.probabilities, np.nan))
        if self.boxes is not None:
            return replace(self, boxes=self.boxes[self.boxes["score"] >= threshold])
        if self.keypoints is not None:
            scores = self.keypoints["score"]
            # Readers write -1 where a file has no score.
            chosen = self.keypoints[(scores >= threshold) | (scores < 0)]
            return replace(self, keypoints=chosen, are_points_in_pixels=self.has_keypoints_in_pixels)
        return replace(self, objects=self.objects and self.objects.confident(threshold))

    def boxes_of(self, position: int) -> list[StoredBox]:
        """Return the boxes of a sample."""
        if self.boxes is None:
            return []
        start, stop = np.searchsorted(self._table_rows, [position, position + 1])
        return [StoredBox(*box) for box in self.boxes[start:stop].tolist()]

    def keypoints_of(self, position: int, size: tuple[int, int] = (1, 1)) -> list[KeypointObject]:
        """Return the objects of a sample that have keypoints.

        Args:
            position: Of the sample.
            size: Width and height to which points are stretched that are relative to the image.
        """
        if self.keypoints is None:
            return []
        start, stop = np.searchsorted(self._table_rows, [position, position + 1])
        if start == stop:
            return []
        table = self.keypoints[start:stop]
        width, height = (1, 1) if self.has_keypoints_in_pixels else size
        points = np.column_stack([table["x"] * width, table["y"] * height, table["confidence"]])
        starts = np.flatnonzero(np.diff(table["instance"], prepend=-1))
        return [
            KeypointObject(self.category_ids.index(first["category"]), float(first["score"]), part)
            for first, part in zip(table[starts], np.split(points, starts[1:]), strict=True)
        ]

    def objects_of(self, position: int, size: tuple[int, int] | None = None) -> list[ObjectMask]:
        """Return the masks of a sample, laid over an image of this width and height if it is given."""
        masks = self.objects.of(position) if self.objects else []
        return [mask.scaled(*size) for mask in masks] if size else masks

    def mask_of(self, position: int) -> NDArray[np.unsignedinteger[Any]] | None:
        """Return the most probable class on a grid over the sample's image, (64, 64), or None without a mask."""
        if self.masks is None:
            return None
        # numpy's search would read the whole field, which lies scattered over a large file.
        place = bisect_left(self.masks["row"], position)
        is_there = place < len(self.masks) and self.masks["row"][place] == position
        return self.masks["classes"][place] if is_there else None

    @cached_property
    def has_keypoints_in_pixels(self) -> bool:
        """Whether the keypoints are in pixels and not relative to the image, as most of those that are there tell."""
        if self.are_points_in_pixels is not None:
            return self.are_points_in_pixels
        if self.keypoints is None:
            return False
        points = self.keypoints[self.keypoints["confidence"] > 0]
        return are_in_pixels(np.column_stack([points["x"], points["y"]]))

    @cached_property
    def has_unknown_places(self) -> bool:
        """Whether some boxes have no place, because the size of their image was unknown when they were stored."""
        return self.boxes is not None and bool(np.isnan(self.boxes["x0"]).any())

    def classes_of(self, position: int) -> list[tuple[str, float]]:
        """Return the classes of a sample with their probabilities, the most probable first.

        There is one, if classes exclude each other; otherwise all those that `confident` has left.
        """
        if self.probabilities is None:
            return []
        probabilities = self.probabilities[position]
        predicted = np.flatnonzero(~np.isnan(probabilities))
        by_probability = predicted[np.argsort(-probabilities[predicted], kind="stable")]
        labels = by_probability[:1] if self.are_exclusive else by_probability
        return [(self.class_names[label], float(probabilities[label])) for label in labels.tolist()]

    @cached_property
    def _table_rows(self) -> Rows:
        # A field of a structured array is strided, and a search would copy it each time.
        table = self.keypoints if self.boxes is None else self.boxes
        return np.ascontiguousarray(np.empty(0, np.int64) if table is None else table["row"])


def named_categories(
    class_names: Sequence[str], category_ids: Sequence[int] | None, keypoints: Table
) -> tuple[list[str], list[int]]:
    """Return class names and category ids and those that occur only in the keypoints.

    Examples:
        >>> named_categories(["person"], [3], np.array([(0, 0, 7, 1, 0, 0, 1)], KEYPOINT))
        (['person', 'class_7'], [3, 7])
    """
    named = list(range(len(class_names)) if category_ids is None else category_ids)
    unnamed = sorted(set(np.unique(keypoints["category"]).tolist()) - set(named))
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
    parts = [outputs.objects] if isinstance(outputs, ObjectDetectionBatch) else list(outputs)
    counts = outputs.n_boxes if isinstance(outputs, ObjectDetectionBatch) else [len(part.labels) for part in parts]
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
    points: list[tuple[Any, ...]] = [
        (row, number, instance.category_id, instance.score, *instance.keypoints[start : start + 3])
        for row, output in zip(rows.tolist(), outputs, strict=True)
        for number, instance in enumerate(output.keypoint_instance_predictions)
        for start in range(0, len(instance.keypoints), 3)
    ]
    table = np.array(points, KEYPOINT)
    return table[np.argsort(table["row"], kind="stable")]


def mask_type(n_classes: int) -> np.dtype[np.void]:
    """Return the type of one mask: its sample, and the most probable class at each place of a grid over the image."""
    return np.dtype([("row", np.int64), ("classes", np.min_scalar_type(max(n_classes - 1, 0)), (MASK_SIDE, MASK_SIDE))])


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
