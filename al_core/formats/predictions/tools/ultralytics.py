"""What Ultralytics' `Results` write of themselves: `to_json()` for all tasks, and `to_csv()`."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import FILENAME_COLUMNS
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.reader import Reader
from al_core.formats.files.text import decode_utf8
from al_core.formats.join.finding import note
from al_core.formats.predictions.box_columns import filename_column
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.images import ImageRecord, image_of_file, image_records
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns
from al_core.formats.predictions.tools.tool import SUFFIXES, Tool
from al_core.formats.predictions.tools.values import confidence_of, label_of, number, number_list, numbers
from al_core.formats.predictions.yolo_classes import top_classes

_CLASS = frozenset({"name", "class", "confidence"})
_NOT_CLASSES = frozenset({"box", "bbox", "predictions", "x", "xmin", "boxes", "detections"})
_COLUMNS = ["name", "class", "confidence"]
_SIDES = [f"{axis}{number}" for number in range(1, 5) for axis in "xy"]
_MARKS = ("_", ".")
"""What stands between "box" and one of its sides where each has a column, as `pandas.json_normalize` names them."""

_ROTATED = note("rotated-as-boxes", "Rotated boxes are read as the upright boxes around them")


def _is_image(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(entry, dict) and "box" in entry for entry in content)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content:
        if "segments" in entry:
            objects.note(MASKS_NOT_READ)
        objects.add(
            _corners(objects, record.where, entry["box"]),
            confidence_of(record.where, entry, "confidence"),
            label_of(record.where, entry.get("name", entry.get("class"))),
            class_number=entry.get("class"),
            keypoints=_keypoints(record.where, entry.get("keypoints")),
        )


def _corners(objects: ObjectColumns, where: str, box: Any) -> list[float]:
    if not isinstance(box, Mapping) or "x4" not in box:
        return numbers(where, box, "x1", "y1", "x2", "y2")
    objects.note(_ROTATED)
    x = numbers(where, box, "x1", "x2", "x3", "x4")
    y = numbers(where, box, "y1", "y2", "y3", "y4")
    return [min(x), min(y), max(x), max(y)]


def _keypoints(where: str, keypoints: Any) -> list[float] | None:
    # Without `visible` the model has no confidences of points: then the boxes are what can be scored.
    if not isinstance(keypoints, Mapping) or "visible" not in keypoints:
        return None
    x = number_list(where, keypoints.get("x"), "x")
    columns = [x, *(number_list(where, keypoints.get(key), key, len(x)) for key in ("y", "visible"))]
    return [value for point in zip(*columns, strict=True) for value in point]


ULTRALYTICS = Tool(
    "ultralytics",
    "Ultralytics to_json",
    "What to_json() returns for each image, in a list, by filename or in a file each: name, class, confidence and box",
    (frozenset({*_CLASS, "box", "x1"}),),
    _is_image,
    "a list of objects with name, class, confidence and box",
    _add,
)


def recognizes_ultralytics_classes(path: Path, head: bytes) -> bool:
    """Return whether a file has what `to_json()` returns for a classified image."""
    keys = json_keys(path, head)
    return keys >= _CLASS and not keys & _NOT_CLASSES


def read_ultralytics_classes(path: Path) -> Predictions | ScoreTable:
    """Return the class probabilities of what `to_json()` returns for classified images.

    Raises:
        FileFormatError: Naming the image that does not fit.
    """
    records = list(image_records(path, _is_classified, "a list of classes with name and confidence"))
    if len(records) == 1 and not records[0].filename:
        records = [replace(records[0], filename=image_of_file(path.name))]
    return _classes(path.name, records)


def _classes(source: str, records: Sequence[ImageRecord]) -> Predictions | ScoreTable:
    images = [
        {
            str(label_of(record.where, entry.get("name"))): number(record.where, entry.get("confidence"), "confidence")
            for entry in record.content
        }
        for record in records
    ]
    if not any(images):
        raise FileFormatError(f"{source} holds no class of any image")
    if all(record.filename for record in records):
        return top_classes(source, [record.filename for record in records], images, None)
    names = [f"image {position}" for position in range(1, len(records) + 1)]
    contents = top_classes(source, names, images, None)
    if isinstance(contents, ScoreTable):
        raise FileFormatError(
            f"{source} has the highest probabilities of images that it does not name; save what to_json() returns by "
            "filename"
        )
    return contents.without_filenames()


def _is_classified(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(entry, dict) and entry.keys() >= _CLASS for entry in content)


def recognizes_ultralytics_csv(path: Path, head: bytes) -> bool:
    """Return whether a file has the columns of `to_csv()`."""
    columns = set(head.partition(b"\n")[0].decode(errors="replace").strip().split(","))
    # Where a column names the images, it is a table of objects as any tool writes it.
    is_of_one_image = any(f"box{mark}x1" in columns for mark in _MARKS) and not filename_column(sorted(columns))
    has_boxes = set(_COLUMNS) <= columns and ("box" in columns or is_of_one_image)
    return has_boxes or columns == set(_COLUMNS)


def read_ultralytics_csv(path: Path) -> Predictions | ScoreTable:
    """Return what `to_csv()` returns for one image, named after its file, or for several by a column of filenames.

    Raises:
        FileFormatError: Naming the line that does not fit.
    """
    text = decode_utf8(path.read_bytes(), path.name)
    stem = image_of_file(path.name, ".csv")
    by_image: dict[str, list[Mapping[str, Any]]] = {}
    for line, row in _rows(path.name, text):
        where = f"{path.name}, line {line}"
        filename = next((row[column] for column in FILENAME_COLUMNS if row.get(column)), None) or stem
        by_image.setdefault(filename, []).append(_entry(where, row))
    records = [ImageRecord(f"{path.name}, {filename}", filename, entries) for filename, entries in by_image.items()]
    if not any("box" in entry for record in records for entry in record.content):
        return _classes(path.name, records)
    objects = ObjectColumns()
    for record in records:
        objects.begin_image(record.filename)
        without_box = next((entry for entry in record.content if "box" not in entry), None)
        if without_box is not None:
            raise FileFormatError(f"{record.where}: an object has no 'box'; write the table again")
        _add(objects, record)
    return objects.predictions(path.name, stem)


def _rows(source: str, text: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Yield the lines of a table with their numbers."""
    # Without its NULs, which older versions of the csv module refuse.
    reader = csv.DictReader(text.replace("\0", "").splitlines())
    try:
        columns = set(reader.fieldnames or ())
        if not {"name", "confidence"} <= columns:
            raise FileFormatError(f"{source} has no columns 'name' and 'confidence', as Ultralytics' to_csv() has")
        yield from enumerate(reader, start=2)
    except csv.Error as error:
        raise FileFormatError(f"{source} is not a table: {error}") from error


def _entry(where: str, row: Mapping[str, str | None]) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": row.get("name")}
    for column in ("class", "confidence", "box", "keypoints", "segments"):
        value = row.get(column)
        if value:
            entry[column] = _value(where, column, value)
    sides = {side: row.get(f"box{mark}{side}") for side in _SIDES for mark in _MARKS if row.get(f"box{mark}{side}")}
    if sides:
        entry.setdefault("box", {side: _value(where, side, value) for side, value in sides.items() if value})
    return entry


def _value(where: str, column: str, text: str) -> Any:
    try:
        # Written as Python shows a dict of numbers, which is JSON but for its quotes.
        return orjson.loads(text.replace("'", '"'))
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"{where}: expected numbers as {column!r}, found {text[:80]!a}") from error


def readers() -> tuple[Reader[Any], ...]:
    """Return the entries of the registry."""
    return (
        ULTRALYTICS.reader,
        Reader(
            "ultralytics-classes",
            "Ultralytics to_json of classes",
            "What to_json() returns for each classified image: name, class and confidence of the most probable classes",
            SUFFIXES,
            recognizes_ultralytics_classes,
            read_ultralytics_classes,
        ),
        Reader(
            "ultralytics-csv",
            "Ultralytics to_csv",
            "What to_csv() returns for one image, or for several with a filename: name, class, confidence and box",
            (".csv",),
            recognizes_ultralytics_csv,
            read_ultralytics_csv,
        ),
    )
