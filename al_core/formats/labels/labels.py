"""What people said is on images: one row per annotation, its objects in tables beside the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from al_core.formats.files.filename_rules import check_filename_column, check_one_per_row
from al_core.formats.join.file_rows import FileRows, Wording
from al_core.formats.join.finding import Finding
from al_core.formats.labels.annotation import Annotation
from al_core.formats.names.class_names import check_class_names
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.formats.predictions.stored_tables import Table, take_entries
from al_core.types import Rows

LABEL_CLASS = np.dtype([("row", np.int64), ("label", np.int32)])
"""A class of an image: its annotation and the position among the class names. An annotation may have several."""

LABEL_BOX = np.dtype(
    [
        ("row", np.int64),
        ("instance", np.int32),
        ("label", np.int32),
        *((corner, np.float32) for corner in ("x0", "y0", "x1", "y1")),
    ]
)
"""A box: its annotation, the number of the object in it, its class, and corners relative to the image, 0 to 1."""

LABEL_KEYPOINT = np.dtype(
    [
        ("row", np.int64),
        ("instance", np.int32),
        ("label", np.int32),
        ("number", np.int32),
        ("x", np.float32),
        ("y", np.float32),
        ("visibility", np.uint8),
    ]
)
"""A keypoint: its annotation, its object and that object's class, which of the object's keypoints it is from 0, its
place relative to the image, and whether it is hidden (1) or visible (2), as in COCO; points that are not labeled have
no entry."""

LABEL_MASK = np.dtype(
    [("row", np.int64), ("height", np.int32), ("width", np.int32), ("start", np.int64), ("stop", np.int64)]
)
"""A map of classes: its annotation, its sides in pixels, and from where to where its runs are among all runs."""

MASK_RUN = np.dtype([("label", np.int32), ("length", np.int32)])
"""Pixels of one class in a row of pixels, line by line from the top left; `NO_CLASS` where no class is."""


def _no_entries(kind: np.dtype[np.void]) -> Table:
    return np.empty(0, kind)


@dataclass(frozen=True)
class Labels(FileRows):
    """What people said is on images, as a file holds it.

    An annotation is what one person said about one image at one time. An image may have several, and an annotation
    without any object says that nothing is there. Images that nobody labeled have no annotation.

    Attributes:
        filenames: (A,) the image of each annotation.
        class_names: (C,) the classes in order.
        task: What the labels are for first of all; `tasks` has them all.
        annotators: (A,) who it was; empty where the file does not say.
        times: (A,) float64 seconds since 1970 (UTC), NaN where the file does not say.
        sizes: (A, 2) float32 width and height of the image in pixels, NaN where unknown.
        classes: (K,) of `LABEL_CLASS` by ascending row.
        boxes: (B,) of `LABEL_BOX`, likewise.
        keypoints: (P,) of `LABEL_KEYPOINT`, likewise.
        masks: (S,) of `LABEL_MASK`, likewise, at most one per annotation.
        runs: (R,) of `MASK_RUN`, the pixels of all masks.
        open_filenames: Images that the file lists and nobody has labeled.
        findings: What the reader changed, decided or left out.
        source: The tool or format they come from.
    """

    wording = Wording("a label", "have labels")
    keeps_repeats = True

    filenames: list[str]
    class_names: list[str]
    task: str
    annotators: list[str]
    times: NDArray[np.float64]
    sizes: NDArray[np.float32]
    classes: Table = field(default_factory=lambda: _no_entries(LABEL_CLASS))
    boxes: Table = field(default_factory=lambda: _no_entries(LABEL_BOX))
    keypoints: Table = field(default_factory=lambda: _no_entries(LABEL_KEYPOINT))
    masks: Table = field(default_factory=lambda: _no_entries(LABEL_MASK))
    runs: Table = field(default_factory=lambda: _no_entries(MASK_RUN))
    open_filenames: list[str] = field(default_factory=list)
    findings: Sequence[Finding] = ()
    source: str = ""

    def __len__(self) -> int:
        return len(self.filenames)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks for which there is something, beginning with `task`; polygons are boxes and masks at once."""
        tables = {
            CLASSIFICATION: self.classes,
            MULTI_LABEL: self.classes,
            DETECTION: self.boxes,
            KEYPOINTS: self.keypoints,
            SEGMENTATION: self.masks,
        }
        others = (task for task, table in tables.items() if len(table) and task != self.task)
        return (self.task, *others)

    def differ(self, first: int, later: int) -> bool:
        """Return whether two annotations contradict each other."""
        return self.annotation(first).contradicts(self.annotation(later))

    def annotation(self, row: int) -> Annotation:
        """Return what one person said about one image."""
        classes, boxes, keypoints, masks = (
            table[slice(*np.searchsorted(rows, [row, row + 1]))] for table, rows in self._tables_and_rows
        )
        label_map = None
        if len(masks):
            runs = self.runs[masks[0]["start"] : masks[0]["stop"]]
            sides = int(masks[0]["height"]), int(masks[0]["width"])
            label_map = np.repeat(runs["label"], runs["length"]).reshape(sides)
        return Annotation(classes["label"], boxes, keypoints, label_map)

    @cached_property
    def _tables_and_rows(self) -> list[tuple[Table, Rows]]:
        # A field of a structured array is strided, and a search would copy it each time.
        tables = (self.classes, self.boxes, self.keypoints, self.masks)
        return [(table, np.ascontiguousarray(table["row"])) for table in tables]

    def take(self, rows: Rows) -> "Labels":
        """Return some of the annotations, in this order."""
        masks = take_entries(self.masks, rows)
        runs, masks = _with_runs(masks, self.runs)
        return replace(
            self,
            filenames=[self.filenames[row] for row in rows.tolist()],
            annotators=[self.annotators[row] for row in rows.tolist()],
            times=self.times[rows],
            sizes=self.sizes[rows],
            classes=take_entries(self.classes, rows),
            boxes=take_entries(self.boxes, rows),
            keypoints=take_entries(self.keypoints, rows),
            masks=masks,
            runs=runs,
        )

    def check(self, source: str) -> None:
        """Check lengths, filenames and class names.

        Raises:
            FileFormatError: Naming what does not fit.
        """
        check_one_per_row(self.annotators, len(self), "annotators", source)
        check_filename_column(self.filenames, source)
        check_filename_column(self.open_filenames, source)
        check_class_names(self.class_names, source)


def _with_runs(masks: Table, runs: Table) -> tuple[Table, Table]:
    """Return the runs of these masks alone, one mask after the other, and the masks that point at them."""
    lengths = masks["stop"] - masks["start"]
    stops = np.cumsum(lengths)
    moved = masks.copy()
    moved["start"] = stops - lengths
    moved["stop"] = stops
    places = np.arange(lengths.sum()) + np.repeat(masks["start"] - moved["start"], lengths)
    return runs[places], moved
