from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.records import Record, begins_with_records, float_list, read_records
from al_core.formats.names.class_names import checked_class_names
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.tools.values import image_size
from al_core.types import Rows

_BOXES = ("boxes", "bboxes")
_COCO_BOXES = ("bbox",)
_SCORES = ("scores", "confidences", "confidence", "score", "conf")
_LABELS = (
    # Grounding DINO's numbers beside it count nothing.
    "text_labels",
    "labels",
    "classes",
    "class_ids",
    "category_ids",
    "class_names",
    "label",
    "class",
    "names",
    "category",
    "categories",
)


def recognizes_detection_json(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON records of boxes."""
    return begins_with_records(head, *_BOXES)


def read_detection_json(path: Path) -> Predictions:
    """Return the boxes of a JSON list or JSON Lines file with one record per image.

    A record has `filename`, `boxes` (each x0, y0, x1, y1) and either `scores` and `labels` (class names or whole
    numbers), or `object_probabilities` and `class_probabilities`; beside them it may have `width` and `height` of the
    image in pixels. Other usual names are understood, such as `bboxes`, `confidences` and `classes`.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    filenames, records, class_names = read_records(path)
    return detection_of_records(path.name, filenames, records, class_names)


def detection_of_records(
    source: str, filenames: list[str], records: Sequence[Record], class_names: Any = None
) -> Predictions:
    """Return the boxes of records, one per image.

    Args:
        source: The name of the file.
        filenames: (M,) the images.
        records: (M,) where each is, for messages, and lists with an entry per box.
        class_names: The classes in order, if the file lists them.

    Raises:
        FileFormatError: Naming the first record that does not fit.
    """
    # COCO's bbox is x, y, width, height, which the values confirm or not.
    is_coco = any("bbox" in record and not record.keys() & set(_BOXES) for _, record in records)
    columns = _Columns(_COCO_BOXES if is_coco else _BOXES)
    for image, (where, record) in enumerate(reported(records)):
        columns.add(image, where, record)
    names, labels = columns.classes(class_names, source)
    boxes = Boxes(
        np.array(columns.image, dtype=np.int64),
        np.array(columns.corners, dtype=np.float32).reshape(-1, 4),
        np.array(columns.scores, dtype=np.float32),
        labels,
        np.array(columns.probabilities, dtype=np.float32) if columns.probabilities else None,
        layout=Layout.EXTENT if is_coco else Layout.CORNERS,
    )
    sizes = np.array([image_size(record) for _, record in records])
    return detection_predictions(source, filenames, names, boxes, sizes)


@dataclass
class _Columns:
    """The boxes of the records so far; either `labels` or `probabilities` has one entry per box."""

    box_keys: Sequence[str]
    image: list[int] = field(default_factory=list)
    corners: list[list[float]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    labels: list[int | str] = field(default_factory=list)
    probabilities: list[list[float]] = field(default_factory=list)

    def add(self, image: int, where: str, record: Mapping[str, Any]) -> None:
        boxes = record.get(_key(record, self.box_keys))
        if not isinstance(boxes, list):
            raise FileFormatError(f"{where} has no list 'boxes'; give one, which may be empty")
        self.image += [image] * len(boxes)
        self.corners += [_corners(where, box) for box in boxes]
        if "class_probabilities" in record:
            self.scores += float_list(where, _per_box(where, record, "object_probabilities", len(boxes)))
            rows = _per_box(where, record, "class_probabilities", len(boxes))
            self.probabilities += [float_list(where, row) for row in rows]
        else:
            self.scores += float_list(where, _per_box(where, record, _key(record, _SCORES), len(boxes)))
            labels = _per_box(where, record, _key(record, _LABELS), len(boxes))
            self.labels += [_label(where, label) for label in labels]

    def classes(self, class_names: Any, source: str) -> tuple[list[str], Rows]:
        """Return the class names, and the position of each box's class among them; with probabilities it is not read.

        Raises:
            FileFormatError: If records differ in how they say the class.
        """
        if not self.probabilities:
            return dense_labels(self.labels, class_names)
        if self.labels:
            raise FileFormatError(
                f"{source}: some records have class_probabilities and some have labels; use one of them"
            )
        if len({len(row) for row in self.probabilities}) > 1:
            raise FileFormatError(f"{source}: class_probabilities differ in length; give one number per class")
        names = checked_class_names(class_names, len(self.probabilities[0]), source)
        return names, np.zeros(len(self.image), dtype=np.int64)


def _key(record: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the first of these names that a record has, or the first of all for the message that it has none."""
    return next((name for name in names if name in record), names[0])


def _per_box(where: str, record: Mapping[str, Any], key: str, n_boxes: int) -> list[Any]:
    values = record.get(key)
    if not isinstance(values, list):
        raise FileFormatError(f"{where}: expected {n_boxes} {key!r}, one per box, found none")
    if len(values) != n_boxes:
        raise FileFormatError(f"{where}: expected {n_boxes} {key!r}, one per box, found {len(values)} entries")
    return values


def _corners(where: str, box: Any) -> list[float]:
    values = float_list(where, box)
    if len(values) != 4:
        raise FileFormatError(f"{where}: a box is x0, y0, x1, y1; found {len(values)} numbers")
    return values


def _label(where: str, label: Any) -> int | str:
    is_number = isinstance(label, int) and not isinstance(label, bool) and label >= 0
    if not is_number and not isinstance(label, str):
        raise FileFormatError(f"{where}: a label is a class name or a whole number from 0, found {label!a:.80}")
    checked: int | str = label
    return checked
