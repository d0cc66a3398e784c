"""Manifests of SageMaker Ground Truth and Rekognition: a line per image, with its labels and their metadata."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_keys import is_plain_json, json_beginnings, json_keys
from al_core.formats.files.json_values import as_list, is_list_of, is_number
from al_core.formats.files.records import is_json_lines, json_lines
from al_core.formats.files.text import read_json
from al_core.formats.join.finding import Finding, Severity, note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.times import seconds_since_1970
from al_core.formats.names.addresses import image_name
from al_core.formats.predictions.predictions import DETECTION, MULTI_LABEL

_REF = "source-ref"
_ENDING = "-metadata"
_METADATA = re.compile(rb'-metadata"\s*:\s*\{')
_CLASS = "image-classification"
_CLASSES = "image-classification-multilabel"
_BOXES = "object-detection"
_VERIFIED = "label-verification"

_FIRST_LABELS = note(
    "first-labels-not-read",
    "Boxes were adjusted in a later job",
    "the adjusted ones are read in place of the first ones",
)
_VERIFICATION = note(
    "verification-not-read", "Verdicts of label verification are not read", "the labels themselves are"
)
_BY_MODEL = Finding(
    "labeled-by-model",
    "image was labeled by the model of the labeling job (human-annotated: no)",
    "images were labeled by the model of the labeling job (human-annotated: no)",
    "they count as labeled",
    severity=Severity.NOTE,
)


def recognizes_ground_truth(path: Path, head: bytes) -> bool:
    """Return whether JSON begins with an image in S3 and the metadata of a label."""
    if _REF not in json_keys(path, head) or not is_plain_json(path):
        return False
    return any(_METADATA.search(start) for start in json_beginnings(path))


def read_ground_truth(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the classes and boxes of an output manifest; images without a label are open.

    Raises:
        FileFormatError: Naming the first line that does not fit, or whose labels are of a kind that is not read.
    """
    labels = LabelCollector(path.name, choices)
    classes: dict[tuple[int, str], None] = {}
    kinds: set[str] = set()
    for where, row in _rows(path):
        if not isinstance(row, dict) or not isinstance(row.get(_REF), str):
            raise FileFormatError(
                f"{where} has no {_REF!r}, the address of the image; give the output manifest of the job"
            )
        attributes = list(_attributes(where, row, labels))
        _add_image(where, image_name(row[_REF]), attributes, labels)
        kinds |= {attribute.kind for attribute in attributes}
        classes |= {numbered: None for attribute in attributes for numbered in attribute.classes()}
    labels.list_classes(name for _, name in sorted(classes))
    if _BOXES in kinds:
        return labels.finished(DETECTION)
    return labels.finished(MULTI_LABEL if _CLASSES in kinds else None)


def _rows(path: Path) -> Iterable[tuple[str, Any]]:
    if is_json_lines(path):
        return json_lines(path)
    return [(f"{path.name}, line {number}", row) for number, row in enumerate(as_list(read_json(path)), 1)]


@dataclass(frozen=True)
class _Attribute:
    """A label of a line, of one job.

    Attributes:
        kind: The task of the job, as the metadata call it behind the slash.
        value: The label.
        metadata: What is known about it.
    """

    kind: str
    value: Any
    metadata: Mapping[str, Any]

    @property
    def is_adjusted(self) -> bool:
        """Whether it stands for the boxes of an earlier job."""
        return "adjustment-status" in self.metadata

    def classes(self) -> Iterable[tuple[int, str]]:
        """Return the numbers and names of classes that it knows."""
        name = self.metadata.get("class-name")
        if isinstance(name, str) and is_number(self.value):
            yield int(self.value), name
        for number, named in self._class_map.items():
            if number.isdecimal() and isinstance(named, str):
                yield int(number), named

    @property
    def _class_map(self) -> Mapping[str, Any]:
        class_map = self.metadata.get("class-map")
        return class_map if isinstance(class_map, dict) else {}

    def name_of(self, where: str, number: Any) -> str:
        """Return the name of a class."""
        name = self._class_map.get(str(number))
        if not isinstance(name, str) or not name:
            numbers = ", ".join(map(repr, list(self._class_map)[:10])) or "none"
            raise FileFormatError(f"{where}: class {number!a:.80} is not in the class-map, which has {numbers}; add it")
        return name

    def names(self, where: str) -> list[str]:
        """Return the classes of the image."""
        if self.kind == _CLASS:
            name = self.metadata.get("class-name")
            if not isinstance(name, str) or not name:
                raise FileFormatError(f"{where}: the metadata of a class have no 'class-name'; add it")
            return [name]
        numbers = _parsed(self.value)
        if not isinstance(numbers, list):
            raise FileFormatError(f"{where}: expected a list of class numbers, found {numbers!a:.80}")
        return [self.name_of(where, number) for number in numbers]


def _attributes(where: str, row: Mapping[str, Any], labels: LabelCollector) -> Iterable[_Attribute]:
    """Return the labels of a line that are read: adjusted boxes, if there are any, stand for others."""
    read = []
    unread = []
    for key, metadata in row.items():
        name = key.removesuffix(_ENDING)
        # A label that failed has metadata alone.
        if name == key or row.get(name) is None or not isinstance(metadata, dict):
            continue
        attribute = _Attribute(_kind(row[name], metadata), row[name], metadata)
        if attribute.kind == _VERIFIED:
            labels.add_note(_VERIFICATION)
        elif attribute.kind in (_CLASS, _CLASSES, _BOXES):
            read.append(attribute)
        else:
            unread.append(attribute.kind)
    if len(row) > 1 and not any(key.endswith(_ENDING) for key in row):
        others = ", ".join(repr(key[:40]) for key in list(row)[:8] if key != _REF)
        raise FileFormatError(
            f"{where} has {others} and no metadata ('…{_ENDING}'), which name the classes; give the output manifest of "
            "the job"
        )
    if unread and not read:
        raise _not_read(where, unread[0])
    adjusted = [attribute for attribute in read if attribute.is_adjusted]
    if not adjusted:
        return read
    labels.add_note(_FIRST_LABELS)
    return [*(attribute for attribute in read if attribute.kind != _BOXES), adjusted[-1]]


def _kind(value: Any, metadata: Mapping[str, Any]) -> str:
    kind = metadata.get("type")
    if isinstance(kind, str):
        return kind.removeprefix("groundtruth/")
    if isinstance(value, dict):
        return _BOXES if "annotations" in value else "custom"
    return _CLASS if "class-name" in metadata else _CLASSES


def _not_read(where: str, kind: str) -> FileFormatError:
    remedy = (
        "its masks are pictures in S3; save the number of the class of each pixel, and add the label maps (PNG)"
        if kind == "semantic-segmentation"
        else "write these labels as a table (filename and label, or a box per row) as CSV, or as COCO"
    )
    return FileFormatError(
        f"{where}: expected labels of {_CLASS}, {_CLASSES} or {_BOXES}, found 'groundtruth/{kind[:80]}'; {remedy}"
    )


def _add_image(where: str, filename: str, attributes: list[_Attribute], labels: LabelCollector) -> None:
    if not attributes:
        labels.leave_open(filename)
        return
    times = [seconds_since_1970(attribute.metadata.get("creation-date")) for attribute in attributes]
    boxes = [attribute for attribute in attributes if attribute.kind == _BOXES]
    size = next(filter(None, (_size(attribute.value) for attribute in boxes)), None)
    labels.annotate(filename, time=max(times), size=size)
    if any(attribute.metadata.get("human-annotated") == "no" for attribute in attributes):
        labels.concern(_BY_MODEL, filename)
    for attribute in attributes:
        if attribute.kind == _BOXES:
            _add_boxes(where, attribute, labels)
        else:
            for name in attribute.names(where):
                labels.add_class(name)


def _size(value: Any) -> tuple[float, float] | None:
    sizes = value.get("image_size") if isinstance(value, dict) else None
    about = sizes[0] if is_list_of(sizes, dict) and sizes else {}
    width = about.get("width")
    height = about.get("height")
    return (width, height) if is_number(width) and is_number(height) and min(width, height) > 0 else None


def _add_boxes(where: str, attribute: _Attribute, labels: LabelCollector) -> None:
    annotations = attribute.value.get("annotations") if isinstance(attribute.value, dict) else None
    if not is_list_of(annotations, dict):
        raise FileFormatError(f"{where}: expected a list of boxes as 'annotations', found {annotations!a:.80}")
    for box in annotations:
        left, top, width, height = (box.get(key) for key in ("left", "top", "width", "height"))
        if not (is_number(left) and is_number(top) and is_number(width) and is_number(height)):
            raise FileFormatError(f"{where}: expected numbers left, top, width, height, found {box!a:.80}")
        labels.add_box(attribute.name_of(where, box.get("class_id")), (left, top, left + width, top + height))


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
