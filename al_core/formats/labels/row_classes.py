"""Tables of labels with the classes of images: one in each row, or a column of 0 and 1 for each."""

import operator
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import all_differ
from al_core.formats.files.progress import reported
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.label_cells import (
    BETWEEN_ENTRIES,
    MISSING,
    NO_LABEL,
    classes_of_cells,
    parts_of,
    separator_of,
)
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.label_rows import (
    AnnotationKey,
    Row,
    TableRows,
    first_rows,
    key_of,
    number_of,
    numbered,
    time_of,
    times_of,
)

ONE = ("1", "1.0", "true")
ZERO = ("0", "0.0", "false", "")

_NO_AND_YES = frozenset({"0", "0.0", "1", "1.0"})

_VERIFIED = note(
    "verified",
    "Each score is 0 or 1",
    "a row with 0 says that its class is not on the image, and a row with 1 that it is",
)
_MINUS_ONE = ("-1", "-1.0")
_OF_MINUS_ONE = "write 0 where -1 means that the class is absent, and 0 or 1 where it means that nobody was sure"
_OF_NUMBERS = (
    "without a column 'label' each column of numbers is read as a class: name that of the classes 'label', take out "
    "columns that are none, or add probabilities as predictions"
)

_LISTS = note("several-classes", "Cells are lists of classes", "an image may have several")
_NOT_AVAILABLE = note(
    "not-available", "NA and nan are what R and pandas write for no label", "those images are left open"
)
_NO_LABEL = note("no-label", f"Classes are numbers, and {NO_LABEL} is none", "an image with it is left open")


def add_classes(source: str, rows: TableRows, columns: LabelColumns, labels: LabelCollector) -> None:
    """Add the class of each image; an image with an empty cell is open.

    Raises:
        FileFormatError: If the column holds probabilities or lists.
    """
    classes = _classes(source, rows, columns, labels)
    separator = separator_of(classes)
    if separator == BETWEEN_ENTRIES:
        labels.add_note(_LISTS)
    elif separator:
        divider = separator.strip() or "a blank"
        labels.add_note(note("several-classes", f"Some cells have several classes, with {divider} between them"))
    for filename in compress(rows.column(columns.filename), map(operator.not_, classes)) if "" in classes else ():
        labels.leave_open(filename)
    if separator == BETWEEN_ENTRIES:
        classes = _without_empty_lists(rows.column(columns.filename), classes, labels)
    chosen = _labeled_rows(rows, columns, classes)
    labeled = rows if len(chosen) == len(rows) else rows.take(chosen)
    first = labels.annotate_all(
        labeled.column(columns.filename),
        annotators=list(map(str.strip, labeled.column(columns.annotator))),
        times=times_of(labeled, columns),
        sizes=[None] * len(labeled),
    )
    cells = classes if labeled is rows else [classes[row] for row in chosen.tolist()]
    rows.release()
    names, annotations, positions = _parts(cells, separator)
    labels.add_classes(first + annotations, names, positions)


def _without_empty_lists(filenames: Sequence[str], classes: Sequence[str], labels: LabelCollector) -> list[str]:
    """Return the classes, empty where a list is: whether its image is done, or open, the file does not say."""
    for filename, cell in zip(filenames, classes, strict=True):
        if cell == BETWEEN_ENTRIES:
            labels.leave_undecided(filename)
    return ["" if cell == BETWEEN_ENTRIES else cell for cell in classes]


def _labeled_rows(rows: TableRows, columns: LabelColumns, classes: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows with a class that are no repetition."""
    has_class = np.fromiter(map(bool, classes), bool, len(classes)) if "" in classes else np.ones(len(classes), bool)
    filenames = rows.column(columns.filename)
    if columns.annotator < 0 and all_differ(filenames):
        return np.flatnonzero(has_class)
    # A table of objects of which only the class is read repeats it for each.
    keys = zip(filenames, map(str.strip, rows.column(columns.annotator)), classes, strict=True)
    first = first_rows(numbered(keys, len(rows)))
    labeled: NDArray[np.int64] = first[has_class[first]]
    return labeled


def _parts(cells: Sequence[str], separator: str) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the classes of cells that may have several.

    Returns:
        The names; and for each class of a cell, cell after cell, which cell and which name it is.
    """
    of_cell = numbered(cells, len(cells))
    different = [parts_of(cell, separator) for cell in dict.fromkeys(cells)]
    names = list(dict.fromkeys(name for parts in different for name in parts))
    position_of = {name: position for position, name in enumerate(names)}
    positions = np.array([position_of[name] for parts in different for name in parts], np.int64)
    n_parts = np.array([len(parts) for parts in different], np.int64)
    if (n_parts == 1).all():
        # Of a million rows the places of the parts below take 50 MB.
        return names, np.arange(len(cells)), positions[of_cell]
    # A part of a cell is as far behind the first one of the cell as behind the first one of such cells.
    n_of_cell = n_parts[of_cell]
    starts = np.cumsum(n_parts) - n_parts
    before = np.cumsum(n_of_cell) - n_of_cell
    behind_first = np.arange(n_of_cell.sum()) - np.repeat(before, n_of_cell)
    places = np.repeat(starts[of_cell], n_of_cell) + behind_first
    return names, np.repeat(np.arange(len(cells)), n_of_cell), positions[places]


def _classes(source: str, rows: TableRows, columns: LabelColumns, labels: LabelCollector) -> list[str]:
    cells = rows.column(columns.label)
    classes = classes_of_cells(source, cells)
    if "" not in classes:
        return classes
    class_of = dict(zip(cells, classes, strict=True))
    unlabeled = {cell.strip() for cell, name in class_of.items() if not name}
    if unlabeled - MISSING - {""}:
        labels.add_note(_NO_LABEL)
    if unlabeled & MISSING:
        labels.add_note(_NOT_AVAILABLE)
    return classes


def has_several_classes(rows: TableRows, columns: LabelColumns) -> bool:
    """Return whether the cells of the column of classes have several."""
    if columns.label < 0:
        return False
    cells = set(rows.column(columns.label))
    return bool(separator_of([cell.strip() for cell in cells]))


def are_verified(rows: TableRows, columns: LabelColumns) -> bool:
    """Return whether each row says whether a class is on the image or not, as those of Open Images do.

    They ask about several classes of an image; a score of the only class of each image is how sure somebody was.
    """
    if columns.label < 0 or columns.score < 0 or columns.box or columns.unread_places:
        return False
    scores = {cell.strip() for cell in rows.column(columns.score)}
    are_0_and_1 = scores <= _NO_AND_YES and {number_of(score) for score in scores} == {0, 1}
    return are_0_and_1 and len({key_of(row, columns) for row in rows}) < len(rows)


def add_verified(source: str, rows: TableRows, columns: LabelColumns, labels: LabelCollector) -> None:
    """Add the classes of each image whose rows have the score 1; an image may have none.

    Raises:
        FileFormatError: If the column of classes holds probabilities or lists.
    """
    classes = _classes(source, rows, columns, labels)
    labels.add_note(_VERIFIED)
    of_image: dict[AnnotationKey, dict[str, None]] = defaultdict(dict)
    for row, label in zip(rows, classes, strict=True):
        names = of_image[key_of(row, columns)]
        if label and number_of(row[columns.score]):
            names[label] = None
    for (filename, annotator), names in reported(of_image.items()):
        labels.annotate(filename, annotator=annotator)
        for name in names:
            labels.add_class(name)


def add_one_hot(
    source: str, rows: Collection[Row], columns: LabelColumns, names: Sequence[str], labels: LabelCollector
) -> None:
    """Add the classes of each image, whose columns have a 1.

    Raises:
        FileFormatError: Naming row and column of the first cell that is neither 0 nor 1.
    """
    class_names = [names[column].strip() for column in columns.classes]
    labels.list_classes(class_names)
    labels.add_note(note("one-hot", "Columns of 0 and 1 are read as classes", ", ".join(class_names[:10])))
    for number, row in enumerate(reported(rows)):
        labels.annotate(row[columns.filename], annotator=row.get(columns.annotator, ""), time=time_of(row, columns))
        for column, name in zip(columns.classes, class_names, strict=True):
            cell = row[column].strip().lower()
            if cell in ONE:
                labels.add_class(name)
            elif cell not in ZERO:
                raise FileFormatError(
                    f"{source}, row {number} counting from 0, column {name!r}: expected 0 or 1, found {cell[:40]!a}; "
                    f"{_OF_MINUS_ONE if cell in _MINUS_ONE else _OF_NUMBERS}"
                )
