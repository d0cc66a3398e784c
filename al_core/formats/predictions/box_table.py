"""Tables with one row per object: CSV, Parquet, Arrow, or JSON records of plain values."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.box_columns import FOUR_CORNERS, BoxColumns, box_columns, has_four_corners
from al_core.formats.predictions.box_meanings import chosen_meanings, meanings_of_box_table
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.keypoint_columns import (
    KeypointColumns,
    ObjectRows,
    keypoint_columns,
    keypoint_predictions,
    keypoint_rows,
)
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.tables.list_cells import numbers_in
from al_core.formats.tables.row_table import RowTable, column_names, open_row_table
from al_core.text import clipped
from al_core.types import Rows
from al_core.utils import ObjectDetectionBatch

ANY_CLASS = "object"
"""The class of objects that have none."""

_FRAMES = "frame_number"
"""What supervision writes where nobody has told it the filename."""

_NO_CLASSES = note("classes-missing", "No column names the class", f"every object is of one class, {ANY_CLASS!r}")
_NO_BOXES = note(
    "boxes-missing", "The table has no boxes", "scores do not need them, but where the objects lie stays unknown"
)
_NONE = ("-1", "-1.0")
_MINUS_ONE = note("minus-one", "The class -1 without a box is none", "a row with it says that its image has no objects")
_WHOLE = re.compile(r"\d{1,9}(?:\.0*)?")
"""A number of a class; pandas writes 2 as 2.0 in a column where another cell is empty."""

_MOST_SHOWN = 10
"""So many columns are named in a sentence."""


def recognizes_box_table(path: Path, head: bytes) -> bool:
    """Return whether a table has the columns of a box, and of a filename, a class or a confidence beside them."""
    names = column_names(path, head)
    columns = box_columns(names)
    return columns.describe_objects and bool(columns.filename or _FRAMES in names)


def read_box_table(path: Path, choices: ReadingChoices = BY_CONTENT) -> Predictions:
    """Return the boxes of a table with one row per object: filename, class, confidence and four coordinates.

    Usual names of columns are understood, and whether boxes are corners, or a corner or the center and a size, is said
    by their names and checked by their values. A row without box and confidence says that nothing was detected.

    Args:
        path: A CSV, Parquet, Arrow or JSON file.
        choices: With the meaning of columns that a person has chosen.

    Raises:
        InvalidInputError: If a chosen column does not exist or cannot mean that.
        FileFormatError: Naming the column that is missing, or row and column of a cell that does not fit.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    table = open_row_table(path, head)
    if table is None:
        raise FileFormatError(f"{path.name} is not a table; expected CSV, Parquet, Arrow or JSON records")
    chosen = chosen_meanings(path.name, table.names, choices.columns)
    columns = box_columns(table.names, chosen)
    _check_columns(path.name, table.names, columns)
    box_table = _BoxTable(path.name, table, columns)
    meanings = meanings_of_box_table(table.names, columns, chosen, box_table.keypoints.columns)
    return replace(box_table.predictions(), columns=meanings)


def _check_columns(source: str, names: Sequence[str], columns: BoxColumns) -> None:
    shown = clipped(names, 12)
    if has_four_corners(names):
        raise FileFormatError(f"{source} {FOUR_CORNERS}")
    if not columns.is_table_of_objects:
        raise FileFormatError(
            f"{source} has no columns of a box, such as xmin, ymin, xmax, ymax; its columns are {shown}"
        )
    if not columns.filename and _FRAMES in names:
        raise FileFormatError(
            f"{source} has the column {_FRAMES!r} and no filenames; with supervision, name each image: "
            'sink.append(detections, {"filename": image_path})'
        )
    if not columns.filename:
        raise FileFormatError(f"{source} has no column of filenames; its columns are {shown}; rename or add one")
    if not columns.score:
        raise FileFormatError(
            f"{source} has boxes but no column of confidences, such as 'score'; without them these are labels and not "
            f"predictions; its columns are {shown}"
        )


def _columns_read(names: Sequence[str], columns: BoxColumns, keypoints: KeypointColumns) -> Finding:
    """Return which columns are read as what, and which are not."""
    meanings = columns.meanings
    read = [f"{_shown(name)} as {meaning}" for name, meaning in meanings.items()]
    if keypoints:
        # 17 keypoints are 51 columns: the first and the last stand for all.
        ends = dict.fromkeys([_shown(keypoints.columns[0]), _shown(keypoints.columns[-1])])
        read.append(f"{' … '.join(ends)} as keypoints")
    others = [_shown(name) for name in names if name not in meanings and name not in keypoints.columns]
    more = ", …" if len(others) > _MOST_SHOWN else ""
    left_out = f"not read: {', '.join(others[:_MOST_SHOWN])}{more}" if others else ""
    return note("columns-read", f"Of the columns are read {', '.join(read)}", left_out)


def _shown(name: str) -> str:
    return repr(name[:40])


class _BoxTable:
    """The columns of one table that are read.

    Attributes:
        keypoints: Those of keypoints.
    """

    def __init__(self, source: str, table: RowTable, columns: BoxColumns) -> None:
        self._source = source
        self._columns = columns
        keypoints = keypoint_columns([name for name in table.names if name not in columns.meanings])
        in_one = len(columns.box) == 1
        of_object = [columns.filename, columns.class_name, columns.class_number, keypoints.in_one]
        # A box in one column is a text such as "[1, 2, 3, 4]".
        texts = [name for name in [*of_object, *(columns.box if in_one else [])] if name]
        numbers = [columns.score, *columns.size, *keypoints.numbers, *([] if in_one else columns.box)]
        cells, values = table.read(texts, numbers)
        self._texts = dict(zip(texts, cells, strict=True))
        self._numbers = dict(zip(numbers, values.T, strict=True))
        self._points = keypoint_rows(keypoints, self._texts, self._numbers)
        self.keypoints = keypoints if self._points else KeypointColumns()
        self._read = _columns_read(table.names, columns, self.keypoints)

    def predictions(self) -> Predictions:
        # Objects come in any order: those of an image need not follow one another.
        names = self._texts[self._columns.filename]
        position = {name: number for number, name in enumerate(dict.fromkeys(names))}
        image = np.fromiter(map(position.__getitem__, names), np.int64, len(names))
        coordinates = self._coordinates()
        scores = self._numbers[self._columns.score]
        # A row without numbers says that its image has no objects.
        has_numbers = np.isfinite(coordinates).any(axis=1) | np.isfinite(scores)
        are_nothing = self._are_of_no_class(len(names)) & ~_are_boxes(coordinates, scores)
        rows = np.flatnonzero(has_numbers & ~are_nothing)
        filenames = list(position)
        if self.keypoints:
            predictions = self._with_keypoints(filenames, image[rows], rows)
        else:
            class_names, labels = self._classes(rows)
            boxes = Boxes(image[rows], coordinates[rows], scores[rows], labels, layout=self._columns.layout)
            predictions = self._with_boxes(filenames, class_names, boxes, image)
        findings = (self._read,) if self._columns.has_class else (self._read, _NO_CLASSES)
        if are_nothing.any():
            findings = (*findings, _MINUS_ONE)
        return replace(predictions, findings=(*findings, *predictions.findings))

    def _are_of_no_class(self, n_rows: int) -> NDArray[np.bool_]:
        """Return which rows have the number that stands for no object, or for one of which no class is known."""
        cells = self._texts.get(self._columns.class_number or self._columns.class_name) or [""] * n_rows
        return np.array([cell.strip() in _NONE for cell in cells], dtype=bool)

    def _with_boxes(self, filenames: list[str], class_names: list[str], boxes: Boxes, image: Rows) -> Predictions:
        if not self._columns.box:
            return _without_places(self._source, filenames, class_names, boxes)
        sizes = self._sizes(image, len(filenames))
        return detection_predictions(self._source, filenames, class_names, boxes, sizes)

    def _with_keypoints(self, filenames: list[str], image: Rows, rows: Rows) -> Predictions:
        names, numbers = self._class_cells(rows)
        scores = self._numbers[self._columns.score][rows]
        points = [self._points[row] for row in rows.tolist()]
        objects = ObjectRows(filenames, image, scores, _labels(names, numbers), points)
        number_of_name = zip(names, numbers, strict=True)
        class_numbers = {name: int(float(number)) for name, number in number_of_name if _WHOLE.fullmatch(number)}
        return keypoint_predictions(self._source, objects, class_numbers, self.keypoints.names)

    def _coordinates(self) -> NDArray[np.float32]:
        box = self._columns.box
        if len(box) == 1:
            return _listed_coordinates(f"{self._source}, column {box[0]!r}", self._texts[box[0]])
        if box:
            return np.stack([self._numbers[side] for side in box], axis=1)
        return np.full((len(self._texts[self._columns.filename]), 4), np.nan, np.float32)

    def _classes(self, rows: Rows) -> tuple[list[str], Rows]:
        """Return the class names, and the position among them of the class of each of these rows."""
        names, numbers = self._class_cells(rows)
        pairs = set(zip(numbers, names, strict=True))
        return dense_labels(_labels(names, numbers), _numbered(pairs))

    def _class_cells(self, rows: Rows) -> tuple[list[str], list[str]]:
        """Return the names and the numbers of the classes of these rows, empty where there is none."""
        return self._stripped(self._columns.class_name, rows), self._stripped(self._columns.class_number, rows)

    def _stripped(self, column: str, rows: Rows) -> list[str]:
        cells = self._texts.get(column)
        return [""] * len(rows) if cells is None else [cells[row].strip() for row in rows.tolist()]

    def _sizes(self, image: Rows, n_images: int) -> NDArray[np.floating] | None:
        """Return (M, 2) widths and heights of the images, or None if the columns hold something else."""
        if not self._columns.size:
            return None
        of_row = np.stack([self._numbers[side] for side in self._columns.size], axis=1).astype(np.float64)
        sizes = np.full((n_images, 2), np.nan)
        sizes[image] = of_row
        # The width of an image is the same in each of its rows, that of a box is not.
        return sizes if np.array_equal(sizes[image], of_row, equal_nan=True) else None


def _are_boxes(coordinates: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows have a confidence and a box that is not filled up with one number, such as 0 or -1."""
    is_filled_up = (coordinates == coordinates[:, :1]).all(axis=1) | np.isnan(coordinates).any(axis=1)
    are_boxes: NDArray[np.bool_] = (scores > 0) & ~is_filled_up
    return are_boxes


def _without_places(source: str, filenames: list[str], class_names: list[str], boxes: Boxes) -> Predictions:
    """Return objects whose boxes the table does not have."""
    # What is checked of boxes passes for the whole image.
    whole = np.tile(np.array([0, 0, 1, 1], np.float32), (len(boxes.labels), 1))
    predictions = detection_predictions(source, filenames, class_names, replace(boxes, coordinates=whole))
    batch: ObjectDetectionBatch = predictions.outputs
    nowhere = np.full((len(batch.objects.labels), 4), np.nan, np.float32)
    findings = (_NO_BOXES, *(finding for finding in predictions.findings if finding.what != "box-coordinates"))
    outputs = ObjectDetectionBatch(batch.objects.with_boxes(nowhere), batch.n_boxes)
    return replace(predictions, outputs=outputs, findings=findings)


def _listed_coordinates(where: str, cells: Sequence[str]) -> NDArray[np.float32]:
    """Return the four numbers of cells such as [1, 2, 3, 4], NaN for an empty cell."""
    rows: list[list[float]] = []
    for number, cell in enumerate(cells):
        values = numbers_in(cell) if cell.strip() else [np.nan] * 4
        if len(values) != 4:
            raise FileFormatError(f"{where}, row {number} counting from 0: expected four numbers, found {cell!a:.80}")
        rows.append(values)
    with np.errstate(over="ignore"):
        return np.array(rows, np.float32).reshape(-1, 4)


def _labels(names: Sequence[str], numbers: Sequence[str]) -> list[int | str]:
    """Return the class of each row, by its name if it has one."""
    return [_label(name or number) for name, number in zip(names, numbers, strict=True)]


def _label(text: str) -> int | str:
    """Return a class as a number if it is one, such as 2 or 2.0."""
    if not text:
        return ANY_CLASS
    return int(float(text)) if _WHOLE.fullmatch(text) else text


def _numbered(pairs: set[tuple[str, str]]) -> list[str] | None:
    """Return the class names in the order of their numbers, or None unless each has one of its own.

    Examples:
        >>> _numbered({("2", "cat"), ("10", "ant")})
        ['cat', 'ant']
    """
    of_number = {float(number): name for number, name in pairs if _WHOLE.fullmatch(number) and name}
    # Fewer numbers or fewer names than pairs: two names share a number, or one name has two.
    if len(of_number) < len(pairs) or len(set(of_number.values())) < len(pairs):
        return None
    return [of_number[number] for number in sorted(of_number)]
