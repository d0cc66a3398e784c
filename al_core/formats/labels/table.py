"""A table of filenames and labels: one row per image, per object or per annotator, or Label Studio's CSV."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.arrow_table import is_arrow, is_parquet
from al_core.formats.files.json_keys import parsed_beginning
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import check_file
from al_core.formats.files.text import BOM, looks_like_text
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.label_boxes import add_boxes, add_objects, has_absent_classes
from al_core.formats.labels.label_columns import LabelColumns, has_label_columns, label_columns
from al_core.formats.labels.label_findings import HAS_SCORES
from al_core.formats.labels.label_lists import lists_joined
from al_core.formats.labels.label_rows import Row, TableRows, time_of
from al_core.formats.labels.label_studio import add_flat_annotation
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.row_classes import (
    ONE,
    ZERO,
    add_classes,
    add_one_hot,
    add_verified,
    are_verified,
    has_several_classes,
)
from al_core.formats.names.addresses import holds_address, image_name
from al_core.formats.predictions.predictions import CLASSIFICATION, MULTI_LABEL
from al_core.formats.tables.json_source import records_of
from al_core.formats.tables.row_table import RowTable, column_names, open_row_table
from al_core.text import clipped

_ROWS_TO_TELL_NUMBERS = 100

_RECENT_NAMES = 10_000
"""Rows of an image are rarely farther apart, and a dictionary of a million names takes 40 MB."""


def recognizes_label_table(path: Path, head: bytes) -> bool:
    """Return whether a table, of whatever kind of file, has columns for images and for labels."""
    start = head.removeprefix(BOM).lstrip()
    if start[:1] in (b"{", b"["):
        return not path.is_dir() and has_label_columns(_keys_of_first_record(start))
    if is_parquet(path, head) or is_arrow(path, head):
        return has_label_columns(column_names(path, head))
    if not looks_like_text(head) or not head:
        return False
    first = start.decode(errors="replace").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return has_label_columns([cell.strip("\"' \r") for cell in first.split(delimiter)])


def _keys_of_first_record(start: bytes) -> list[str]:
    """Return the keys of plain values, and of a list of classes; other lists or objects are those of other tools."""
    records, _ = records_of(parsed_beginning(start))
    first = records[0] if records and isinstance(records[0], dict) else {}
    nested = [key for key, value in first.items() if isinstance(value, list | dict)]
    if len(nested) == 1 and isinstance(first[nested[0]], list):
        are_classes = all(isinstance(entry, str) or type(entry) is int for entry in first[nested[0]])
        nested = [] if are_classes else nested
    return [str(key) for key in first if key not in nested]


def read_label_table(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of a table: CSV or TSV, Parquet, Arrow or JSON records.

    A row is an image with its class, an object with its box, or what one annotator said. An image with an empty cell in
    place of a class is open. Label Studio's export has one row per annotation.

    Raises:
        FileFormatError: Naming line and column of the first cell that does not fit.
    """
    table = open_row_table(path, check_file(path))
    if table is None:
        raise FileFormatError(f"{path.name} is not a table; expected CSV, Parquet, Arrow or JSON records")
    columns = label_columns(path.name, table.names, choices.columns)
    if columns.label < 0 and not columns.controls:
        columns = replace(columns, classes=tuple(_columns_of_classes(path.name, table, columns)))
    rows = lists_joined(path.name, _rows(table, columns), columns)
    labels = LabelCollector(path.name, choices)
    is_verified = are_verified(rows, columns)
    task = MULTI_LABEL if is_verified else _task(rows, columns)
    if columns.score >= 0 and not columns.controls and not is_verified:
        labels.add_note(HAS_SCORES)
    if columns.controls:
        _add_label_studio(path.name, rows, columns, labels)
    elif columns.classes:
        add_one_hot(path.name, rows, columns, table.names, labels)
    elif columns.box:
        add_boxes(path.name, rows, columns, labels)
    elif columns.unread_places:
        add_objects(path.name, rows, columns, _names_of(table, columns.unread_places), labels)
    elif is_verified:
        add_verified(path.name, rows, columns, labels)
    else:
        add_classes(path.name, rows, columns, labels)
    return labels.finished(task)


def _rows(table: RowTable, columns: LabelColumns) -> TableRows:
    rows = _rows_with_boxes(table, columns) if columns.box else None
    if rows is not None:
        return rows
    used = columns.used
    cells, _ = table.read([table.names[column] for column in used], [])
    return _named_rows(used, cells, columns)


def _rows_with_boxes(table: RowTable, columns: LabelColumns) -> TableRows | None:
    """Return the rows with their boxes as numbers, which takes half as long, or None if a row has no whole box."""
    texts = [column for column in columns.used if column not in columns.box]
    try:
        cells, boxes = table.read([table.names[column] for column in texts], [table.names[c] for c in columns.box])
    except FileFormatError:
        # Whoever reads the cells as texts says which of them is no number.
        return None
    return _named_rows(texts, cells, columns, boxes) if np.isfinite(boxes).all() else None


def _named_rows(
    used: list[int], cells: list[list[str]], columns: LabelColumns, boxes: NDArray[np.float32] | None = None
) -> TableRows:
    place = used.index(columns.filename)
    cells[place] = _image_names(cells[place])
    return TableRows(used, cells, boxes)


def _image_names(cells: list[str]) -> list[str]:
    names: list[str] = []
    for start in range(0, len(cells), _RECENT_NAMES):
        block = cells[start : start + _RECENT_NAMES]
        if holds_address("\n".join(block)):
            # A name stands in the row of each object: one text for all of them.
            name_of = {cell: image_name(cell) for cell in set(block)}
            block = [name_of[cell] for cell in block]
        names += block
    return names


def _task(rows: TableRows, columns: LabelColumns) -> str | None:
    if columns.unread_places:
        # An image on which no class is, is labeled.
        return MULTI_LABEL if has_absent_classes(rows, columns) else None
    if columns.box or columns.controls:
        return None
    if has_several_classes(rows, columns):
        return MULTI_LABEL
    # Where each row has exactly one 1 it is the class; otherwise each column is a question of its own.
    of_rows = rows if columns.classes else ()
    n_ones = {sum(row[column].strip().lower() in ONE for column in columns.classes) for row in of_rows}
    return MULTI_LABEL if columns.classes and n_ones != {1} else CLASSIFICATION


def _columns_of_classes(source: str, table: RowTable, columns: LabelColumns) -> list[int]:
    """Return the columns of 0 and 1, of a table without a column of classes.

    Raises:
        FileFormatError: If there are none, or if they say where objects are and not which.
    """
    shown = clipped(table.names)
    if columns.unread_places:
        places = _names_of(table, columns.unread_places)
        raise FileFormatError(
            f"{source} says where objects are ({places}) and has no column of their classes; its columns are {shown}; "
            "write a row for each box (filename, label, xmin, ymin, xmax, ymax), or export masks and outlines as COCO"
        )
    classes = _other_numbers(table, columns)
    if not classes:
        raise FileFormatError(f"{source} has no column 'label'; its columns are {shown}; rename or add one")
    return classes


def _names_of(table: RowTable, columns: Sequence[int]) -> str:
    return ", ".join(table.names[column].strip()[:40] for column in columns)


def _other_numbers(table: RowTable, columns: LabelColumns) -> list[int]:
    others = [column for column, name in enumerate(table.names) if name.strip() and column not in columns.used]
    if not others:
        return []
    cells, _ = table.read([table.names[column] for column in others], [])
    # An empty column holds numbers, too, and says nothing.
    return [
        column
        for column, values in zip(others, cells, strict=True)
        if any(map(str.strip, values)) and all(map(_is_number, values[:_ROWS_TO_TELL_NUMBERS]))
    ]


def _is_number(cell: str) -> bool:
    try:
        return not cell.strip() or math.isfinite(float(cell))
    except ValueError:
        return cell.strip().lower() in (*ONE, *ZERO)


def _add_label_studio(source: str, rows: Collection[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    for number, row in enumerate(reported(rows)):
        where = f"{source}, row {number} counting from 0"
        record = {"annotator": row.get(columns.annotator) or None, "updated_at": time_of(row, columns)}
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
