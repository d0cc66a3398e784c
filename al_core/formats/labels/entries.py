"""The classes, boxes and keypoints of annotations, gathered in rows that grow."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.class_list import ClassList
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_KEYPOINT
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.formats.predictions.stored_tables import Table

Corners = Sequence[float]
Keypoint = tuple[int, float, float, int]
"""Which keypoint of its object, its x and y, and COCO's visibility."""

HIDDEN = 1
VISIBLE = 2
"""Of a labeled keypoint, as in COCO; one that was not labeled has 0."""


class Entries:
    """What is added bears the row of its annotation, and the number of its object within it."""

    def __init__(self) -> None:
        self._classes: list[tuple[int, int]] = []
        self._boxes: list[tuple[Any, ...]] = []
        self._keypoints: list[tuple[Any, ...]] = []
        # Those of whole tables: a million tuples take 150 MB.
        self._class_tables: list[Table] = []
        self._box_tables: list[Table] = []

    def __bool__(self) -> bool:
        tables = (*self._class_tables, *self._box_tables)
        return bool(self._classes or self._boxes or self._keypoints) or any(map(len, tables))

    def add_class(self, row: int, label: int) -> None:
        """Add a class of a whole image."""
        self._classes.append((row, label))

    def add_box(self, row: int, instance: int, label: int, corners: Corners) -> None:
        """Add the box of an object, relative to the image."""
        self._boxes.append((row, instance, label, *corners))

    def add_classes(self, rows: NDArray[np.int64], labels: NDArray[np.int32]) -> None:
        """Add a class of each of these images, (K,)."""
        table = np.empty(len(rows), LABEL_CLASS)
        table["row"] = rows
        table["label"] = labels
        self._class_tables.append(table)

    def add_boxes(self, rows: NDArray[np.int64], labels: NDArray[np.int32], corners: NDArray[np.float64]) -> None:
        """Add (B, 4) boxes, relative to the images, of which these are all; `rows` ascend."""
        table = np.empty(len(rows), LABEL_BOX)
        table["row"] = rows
        table["instance"] = np.arange(len(rows)) - np.searchsorted(rows, rows)
        table["label"] = labels
        for position, corner in enumerate(("x0", "y0", "x1", "y1")):
            table[corner] = corners[:, position]
        self._box_tables.append(table)

    def add_keypoint(self, row: int, instance: int, label: int, keypoint: Keypoint) -> None:
        """Add a keypoint of an object, relative to the image."""
        self._keypoints.append((row, instance, label, *keypoint))

    def task(self, *, has_masks: bool) -> str:
        """Return the task that most of it is for.

        Examples:
            >>> entries = Entries()
            >>> entries.add_class(0, 1)
            >>> entries.task(has_masks=False)
            'classification'
        """
        # The richest geometry decides: boxes can be had from keypoints and from outlines, and not the other way round.
        if self._keypoints:
            return KEYPOINTS
        if self._boxes or any(map(len, self._box_tables)):
            return DETECTION
        if has_masks:
            return SEGMENTATION
        different = set(self._classes).union(*(table.tolist() for table in self._class_tables))
        if not different:
            return DETECTION
        # An annotation with several classes shows that a model for these labels names several too.
        n_classes = Counter(row for row, _ in different)
        return MULTI_LABEL if max(n_classes.values()) > 1 else CLASSIFICATION

    def tables(self, class_list: ClassList, names: list[str]) -> tuple[Table, Table, Table]:
        """Return the tables of classes, boxes and keypoints by ascending row, with the labels of these names.

        To be called once: labels are replaced in place, since another table of a million boxes takes 32 MB.
        """
        all_classes = _joined([*self._class_tables, np.array(self._classes, LABEL_CLASS)])
        all_boxes = _joined([*self._box_tables, np.array(self._boxes, LABEL_BOX)])
        all_keypoints = np.array(self._keypoints, LABEL_KEYPOINT)
        classes, boxes, keypoints = (
            _in_order(class_list.relabeled(table, names)) for table in (all_classes, all_boxes, all_keypoints)
        )
        return classes, boxes, keypoints


def _joined(tables: Sequence[Table]) -> Table:
    filled = [table for table in tables if len(table)]
    # Most files fill a single one, which need not be copied.
    return filled[0] if len(filled) == 1 else np.concatenate(tables)


def _in_order(table: Table) -> Table:
    if not (np.diff(table["row"]) < 0).any():
        return table
    # `Labels` finds the entries of an annotation by bisection; those of one stay in the order of the file.
    order = np.argsort(table["row"], kind="stable")
    in_order: Table = table[order]
    return in_order
