"""Lists of objects, each with its class, its confidence and its box under usual names, as scripts and many tools write.

Azure ML's AutoML, PaddleX and YOLOv5's `pandas()` write such lists; their keys say how a box is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_keys import json_beginnings, json_keys, parsed_beginning
from al_core.formats.predictions.box_columns import BoxColumns, box_columns
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.tools.images import NAMED_AFTER_FILE, image_of_file, image_records, says_its_image
from al_core.formats.predictions.tools.values import Label, label_of, number, number_list

_DEEPEST = 4
"""How many lists and objects the objects of an image may be inside of."""

_MOST_LOOKED_AT = 100
_EXPECTED = "a list of objects that each have a class, a confidence and a box"


def recognizes_box_objects(path: Path, head: bytes) -> bool:
    """Return whether JSON begins with objects that have a class, confidence and box, and do not name their image."""
    # The keys are at hand, and of most files tell enough.
    if not box_columns(sorted(json_keys(path, head))).describe_objects:
        return False
    content = parsed_beginning(next(json_beginnings(path), b""))
    # A list of COCO results whose image_id is missing is told so.
    return _holds_objects(content, _DEEPEST) and not (_are_objects(content) and "category_id" in content[0])


def _holds_objects(value: Any, depth: int) -> bool:
    """Return whether there are objects in a value that do not name their images: those are the rows of a table."""
    if _are_objects(value):
        return bool(value) and not says_its_image(value[0])
    inner: Sequence[Any] = list(value.values()) if isinstance(value, Mapping) else value
    if depth == 0 or not isinstance(inner, list):
        return False
    return any(_holds_objects(entry, depth - 1) for entry in inner[:_MOST_LOOKED_AT])


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, Mapping) and _Keys.of(entry).are_whole for entry in value)


@dataclass(frozen=True)
class _Keys:
    """Under which keys an object has what is read.

    Attributes:
        columns: Those of the object.
        inner: Those of its box, if that is an object of its own.
    """

    columns: BoxColumns
    inner: BoxColumns | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "_Keys":
        columns = box_columns(list(entry))
        box = entry[columns.box[0]] if len(columns.box) == 1 else None
        return cls(columns, box_columns(list(box)) if isinstance(box, Mapping) else None)

    @property
    def are_whole(self) -> bool:
        """Whether there is a class, a confidence and a box."""
        has_box = bool(self.columns.box) and (self.inner is None or len(self.inner.box) == 4)
        return has_box and self.columns.has_class and bool(self.columns.score)

    @property
    def layout(self) -> Layout:
        """What the four numbers mean."""
        return (self.inner or self.columns).layout

    def box(self, where: str, entry: Mapping[str, Any]) -> list[float]:
        """Return the four numbers."""
        of_entry = self.columns.box
        if self.inner:
            inside = entry[of_entry[0]]
            return [number(where, inside[key], key) for key in self.inner.box]
        if len(of_entry) == 1:
            return number_list(where, entry[of_entry[0]], of_entry[0], 4)
        return [number(where, entry[key], key) for key in of_entry]

    def label(self, where: str, entry: Mapping[str, Any]) -> Label:
        """Return the class, by its name if there is one: beside a number `name` can only be that."""
        value = entry[self.columns.class_name or self.columns.class_number]
        name = entry.get("name")
        return label_of(where, name if isinstance(value, int | float) and isinstance(name, str) else value)


def read_box_objects(path: Path) -> Predictions:
    """Return the boxes of a JSON or JSON Lines file, or of a folder, zip or tar with a file per image.

    Raises:
        FileFormatError: Naming the image whose objects do not fit, or if boxes are written in several ways.
    """
    filenames: list[str] = []
    image: list[int] = []
    corners: list[list[float]] = []
    scores: list[float] = []
    labels: list[Label] = []
    layouts: dict[Layout, str] = {}
    for record in image_records(path, _are_objects, _EXPECTED):
        filenames.append(record.filename)
        for entry in record.content:
            keys = _Keys.of(entry)
            layouts.setdefault(keys.layout, record.where)
            image.append(len(filenames) - 1)
            corners.append(keys.box(record.where, entry))
            scores.append(number(record.where, entry[keys.columns.score], keys.columns.score))
            labels.append(keys.label(record.where, entry))
    if len(layouts) > 1:
        raise FileFormatError(
            f"{path.name} writes boxes in several ways, as {' and as '.join(layouts)}; write all of them in one way"
        )
    class_names, positions = dense_labels(labels, None)
    boxes = Boxes(
        np.array(image, dtype=np.int64),
        np.array(corners, dtype=np.float32).reshape(-1, 4),
        np.array(scores, dtype=np.float32),
        positions,
        layout=next(iter(layouts), Layout.CORNERS),
    )
    return _named(path, filenames, class_names, boxes)


def _named(path: Path, filenames: list[str], class_names: list[str], boxes: Boxes) -> Predictions:
    if filenames == [""]:
        named = detection_predictions(path.name, [image_of_file(path.name)], class_names, boxes)
        return named.with_findings([NAMED_AFTER_FILE])
    if all(filenames):
        return detection_predictions(path.name, filenames, class_names, boxes)
    if any(filenames):
        raise FileFormatError(
            f"{path.name}: image {filenames.index('')} counting from 0 has no filename and others have one; "
            "name every image"
        )
    numbered = [f"image {number} of the file" for number in range(1, len(filenames) + 1)]
    return detection_predictions(path.name, numbered, class_names, boxes).without_filenames()
