"""The classes, boxes and keypoints of annotations, gathered in rows that grow."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from al_core.formats.labels.class_list import ClassList
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_KEYPOINT
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.formats.predictions.stored_tables import Table

Corners = Sequence[float]
Keypoint = tuple[int, float, float, int]
"""Which keypoint of its object, its x and y, and COCO's visibility."""


class Entries:
    """What is added bears the row of its annotation, and the number of its object within it."""

    def __init__(self) -> None:
        self._classes: list[tuple[int, int]] = []
        self._boxes: list[tuple[Any, ...]] = []
        self._keypoints: list[tuple[Any, ...]] = []

    def __bool__(self) -> bool:
        return bool(self._classes or self._boxes or self._keypoints)

    def add_class(self, row: int, label: int) -> None:
        """Add a class of a whole image."""
        self._classes.append((row, label))

    def add_box(self, row: int, instance: int, label: int, corners: Corners) -> None:
        """Add the box of an object, relative to the image."""
        self._boxes.append((row, instance, label, *corners))

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
        if self._boxes:
            return DETECTION
        if has_masks:
            return SEGMENTATION
        if not self._classes:
            return DETECTION
        # An annotation with several classes shows that a model for these labels names several too.
        n_classes = Counter(row for row, _ in set(self._classes))
        return MULTI_LABEL if max(n_classes.values()) > 1 else CLASSIFICATION

    def tables(self, class_list: ClassList, names: list[str]) -> tuple[Table, Table, Table]:
        """Return the tables of classes, boxes and keypoints by ascending row, with the labels of these names."""
        of_kind = ((self._classes, LABEL_CLASS), (self._boxes, LABEL_BOX), (self._keypoints, LABEL_KEYPOINT))
        classes, boxes, keypoints = (
            _in_order(class_list.relabeled(np.array(entries, kind), names)) for entries, kind in of_kind
        )
        return classes, boxes, keypoints


def _in_order(table: Table) -> Table:
    # `Labels` finds the entries of an annotation by bisection; those of one stay in the order of the file.
    order = np.argsort(table["row"], kind="stable")
    in_order: Table = table[order]
    return in_order
