"""Stored predictions by sample: class probabilities, boxes, keypoints, and masks reduced to a small grid."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.box_layout import are_in_pixels
from al_core.formats.predictions.object_masks import ObjectMask, ObjectMasks
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.formats.predictions.stored_tables import StoredBox, Table, take_entries
from al_core.types import Probabilities, Rows


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
