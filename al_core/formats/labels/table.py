"""A table of filenames and labels: one row per image, per object or per annotator, or Label Studio's CSV."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.csv_table import number_columns, read_csv_columns, read_csv_header
from al_core.formats.files.progress import reported
from al_core.formats.files.text import looks_like_text
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_columns import LabelColumns, has_label_columns, label_columns
from al_core.formats.labels.label_findings import HAS_SCORES
from al_core.formats.labels.label_studio import add_flat_annotation
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.times import seconds_since_1970
from al_core.formats.names.addresses import image_name
from al_core.formats.predictions.box_layout import Layout, are_in_pixels, to_corners
from al_core.formats.predictions.predictions import CLASSIFICATION, MULTI_LABEL
from al_core.formats.tables.columns import most_grades

_RELATIVE: Size = (1, 1)
_LIST_OF_TEXTS = re.compile(r"""\[\s*['"]""")
_PROBABILITY = re.compile(r"(?:0?\.\d+|[01](?:\.\d*)?)(?:e-?\d+)?", re.IGNORECASE)
_ONE = ("1", "1.0", "true")
_ZERO = ("0", "0.0", "false", "")

Row = Mapping[int, str]
"""The cells of a row by column."""


def recognizes_label_table(path: Path, head: bytes) -> bool:
    """Return whether a file is a text whose first line names images and labels."""
    if not looks_like_text(head) or not head:
        return False
    first = head.decode("utf-8-sig", errors="replace").lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return has_label_columns([cell.strip("\"' \r") for cell in first.split(delimiter)])


def read_label_table(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of a CSV or TSV file.

    A row is an image with its class, an object with its box, or what one annotator said. An image with an empty cell in
    place of a class is open. Label Studio's export has one row per annotation.

    Raises:
        FileFormatError: Naming line and column of the first cell that does not fit.
    """
    header = read_csv_header(path)
    columns = label_columns(path.name, header.columns, choices.columns)
    if columns.label < 0 and not columns.controls:
        columns = replace(columns, classes=tuple(_other_numbers(path, columns)))
        if not columns.classes:
            shown = ", ".join(repr(column[:40]) for column in header.columns[:10])
            raise FileFormatError(f"{path.name} has no column 'label'; its columns are {shown}; rename or add one")
    cells, _ = read_csv_columns(path, header, texts=columns.used, numbers=[])
    rows = [dict(zip(columns.used, row, strict=True)) for row in zip(*cells, strict=True)]
    for row in rows:
        row[columns.filename] = image_name(row[columns.filename])
    labels = LabelCollector(path.name, choices)
    if columns.has_scores and not columns.controls:
        labels.add_note(HAS_SCORES)
    if columns.controls:
        _add_label_studio(path.name, rows, columns, labels)
    elif columns.classes:
        _add_one_hot(path.name, rows, columns, header.columns, labels)
    elif columns.box:
        _add_boxes(path.name, rows, columns, labels)
    elif columns.unread_places:
        _add_objects(rows, columns, labels)
    else:
        _add_classes(path.name, rows, columns, labels)
    return labels.finished(_task(rows, columns))


def _task(rows: Sequence[Row], columns: LabelColumns) -> str | None:
    if columns.box or columns.controls or columns.unread_places:
        return None
    # Where each row has exactly one 1 it is the class; otherwise each column is a question of its own.
    n_ones = {sum(row[column].strip().lower() in _ONE for column in columns.classes) for row in rows}
    return MULTI_LABEL if columns.classes and n_ones != {1} else CLASSIFICATION


def _other_numbers(path: Path, columns: LabelColumns) -> list[int]:
    header = read_csv_header(path)
    numbers = [column for column in number_columns(path, header) if column not in columns.used]
    if not numbers:
        return []
    cells, _ = read_csv_columns(path, header, texts=numbers, numbers=[])
    # An empty column holds numbers, too, and says nothing.
    return [column for column, values in zip(numbers, cells, strict=True) if any(map(str.strip, values))]


def _check_no_probabilities(source: str, classes: Sequence[str]) -> None:
    filled = [name for name in classes if name]
    are_many = len(set(filled)) > most_grades(len(filled))
    # Grades such as 0, 0.5 and 1 are labels, and so are the digits 0 and 1.
    are_fractions = all(map(_PROBABILITY.fullmatch, filled)) and any(map(_has_part, filled))
    if are_many and are_fractions:
        raise FileFormatError(
            f"{source}: {filled[0][:40]!a} is a probability and not the class of an image; add it as predictions"
        )


def _has_part(number: str) -> bool:
    return not float(number).is_integer()


def _add_classes(source: str, rows: Sequence[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    _check_no_probabilities(source, [row[columns.label].strip() for row in rows])
    seen = set()
    for row in reported(rows):
        filename = row[columns.filename]
        label = row[columns.label].strip()
        if _LIST_OF_TEXTS.match(label):
            raise FileFormatError(
                f"{source}: {label[:40]!a} is a list and not the class of an image; give one class in each row, "
                "or add what a model has ranked as predictions"
            )
        annotator = row.get(columns.annotator, "").strip()
        if not label:
            labels.leave_open(filename)
        # A table of objects of which only the class is read repeats it for each.
        elif (filename, annotator, label) not in seen:
            seen.add((filename, annotator, label))
            labels.annotate(filename, annotator=annotator, time=_time(row, columns))
            labels.add_class(label)


def _add_objects(rows: Sequence[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    """Add the classes of the objects on each image, whose boxes cannot be read, as classes of the image."""
    shown = ", ".join(columns.unread_places)
    labels.add_note(note("boxes-not-read", f"The columns {shown} are no whole box", "only the classes are read"))
    classes: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in rows:
        classes[row[columns.filename], row.get(columns.annotator, "").strip()][row[columns.label].strip()] = None
    for (filename, annotator), names in reported(classes.items()):
        class_names = [name for name in names if name]
        if not class_names:
            labels.leave_open(filename)
            continue
        labels.annotate(filename, annotator=annotator)
        for name in class_names:
            labels.add_class(name)


def _add_one_hot(
    source: str, rows: Sequence[Row], columns: LabelColumns, names: Sequence[str], labels: LabelCollector
) -> None:
    class_names = [names[column].strip() for column in columns.classes]
    labels.list_classes(class_names)
    labels.add_note(note("one-hot", "Columns of 0 and 1 are read as classes", ", ".join(class_names[:10])))
    for number, row in enumerate(reported(rows)):
        labels.annotate(row[columns.filename], annotator=row.get(columns.annotator, ""), time=_time(row, columns))
        for column, name in zip(columns.classes, class_names, strict=True):
            cell = row[column].strip().lower()
            if cell in _ONE:
                labels.add_class(name)
            elif cell not in _ZERO:
                raise FileFormatError(
                    f"{source}, row {number} counting from 0, column {name!r}: expected 0 or 1, found {cell[:40]!a}; "
                    "these may be predictions, or name the column of classes 'label'"
                )


def _add_boxes(source: str, rows: Sequence[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    boxes: dict[tuple[str, str], list[tuple[str, list[float]]]] = defaultdict(list)
    of_image: dict[tuple[str, str], Row] = {}
    for number, row in enumerate(rows):
        key = (row[columns.filename], row.get(columns.annotator, "").strip())
        of_image.setdefault(key, row)
        values = [row[column].strip() for column in columns.box]
        label = row[columns.label].strip() if columns.label >= 0 else ""
        if label or any(values):
            where = f"{source}, row {number} counting from 0"
            boxes[key].append((label, _corners(where, values, columns.layout)))
    coordinates = np.array([corners for objects in boxes.values() for _, corners in objects]).reshape(-1, 4)
    units = None if are_in_pixels(coordinates) else _RELATIVE
    for (filename, annotator), row in reported(of_image.items()):
        objects = boxes[filename, annotator]
        if not objects:
            labels.leave_undecided(filename)
            continue
        labels.annotate(filename, annotator=annotator, time=_time(row, columns), size=_size(row, columns), units=units)
        for label, corners in objects:
            labels.add_box(label, corners)


def _add_label_studio(source: str, rows: Sequence[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    for number, row in enumerate(reported(rows)):
        where = f"{source}, row {number} counting from 0"
        record = {"annotator": row.get(columns.annotator) or None, "updated_at": _time(row, columns)}
        controls = [_cell(where, row[column]) for column in columns.controls]
        add_flat_annotation(where, row[columns.filename], record, controls, labels)


def _cell(where: str, cell: str) -> Any:
    if not cell.strip():
        return None
    if cell[0] not in "[{":
        return cell
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"{where}: a label is not JSON ({error.msg}), found {cell[:60]!a}") from error


def _corners(where: str, values: Sequence[str], layout: Layout) -> list[float]:
    try:
        numbers = np.array([list(map(float, values))])
        return [float(corner) for corner in to_corners(numbers, layout)[0]]
    except ValueError as error:
        raise FileFormatError(f"{where}: expected four numbers as a box, found {', '.join(values)[:80]!a}") from error


def _size(row: Row, columns: LabelColumns) -> Size | None:
    sides = [_number(row[column]) for column in columns.size]
    return (sides[0], sides[1]) if len(sides) == 2 and all(side > 0 for side in sides) else None


def _number(cell: str) -> float:
    """Return a cell as a number, 0 if it is none."""
    try:
        value = float(cell)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def _time(row: Row, columns: LabelColumns) -> float:
    times = (seconds_since_1970(row[column]) for column in columns.times)
    return next((time for time in times if math.isfinite(time)), math.nan)
