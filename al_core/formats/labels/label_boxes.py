"""Tables of labels with one row per object: its class and its box."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_cells import check_no_lists
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.label_rows import (
    AnnotationKey,
    Row,
    TableRows,
    first_rows,
    key_of,
    numbered,
    sizes_of,
    times_of,
)
from al_core.formats.predictions.box_layout import are_in_pixels, to_corners

_RELATIVE: Size = (1, 1)
_NAMED_NOTHING = note(
    "class-without-box",
    "Some rows have a class and no box",
    "such an image is labeled, with nothing on it unless another row has a box",
)

_ABSENT = note("class-without-place", "Some rows have a class and no place", "their class is not on the image")


def add_boxes(source: str, rows: TableRows, columns: LabelColumns, labels: LabelCollector) -> None:
    """Add the objects of each image; an image without any is undecided unless a row has a class and no box.

    Raises:
        FileFormatError: Naming the row whose box is not four numbers, or if no row has a box and classes differ.
    """
    has_box, coordinates = _boxes(source, rows, columns)
    names, classes = _class_names(rows, columns)
    has_class = np.array(list(map(bool, names)), bool)[classes]
    without_box = [names[position] for position in np.unique(classes[has_class & ~has_box]).tolist()]
    # One class may say that nothing was found on any image; several are the classes of images.
    if not len(coordinates) and len(without_box) > 1:
        shown = ", ".join(sorted(without_box)[:5])
        raise FileFormatError(
            f"{source} has columns for a box, all of them empty, and the classes {shown}; take those columns out if "
            "the classes are those of whole images"
        )
    if without_box:
        labels.add_note(_NAMED_NOTHING)
    image = _images(rows, columns)
    row_of_image = _annotate(rows, columns, image, has_box | has_class, labels)
    rows.release()
    with_box = np.flatnonzero(has_box)
    units = None if are_in_pixels(coordinates) else _RELATIVE
    if (np.diff(image[with_box]) < 0).any():
        # Boxes of an image need not be together; stable, so that they stay in the order of the file.
        order = np.argsort(image[with_box], kind="stable")
        with_box = with_box[order]
        coordinates = coordinates[order]
    labels.add_boxes(row_of_image[image[with_box]], names, classes[with_box], coordinates, units=units)


def _boxes(source: str, rows: TableRows, columns: LabelColumns) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which rows have a box, and the corners in those, (B, 4)."""
    if rows.boxes is not None:
        return np.ones(len(rows), bool), np.asarray(
            to_corners(rows.boxes.astype(np.float64), columns.layout), np.float64
        )
    cells = [rows.column(column) for column in columns.box]
    has_box: NDArray[np.bool_] = np.any(np.column_stack(list(map(_are_filled, cells))), axis=1)
    with_box = [list(compress(column, has_box.tolist())) for column in cells]
    try:
        return has_box, _corners(with_box, int(np.count_nonzero(has_box)), columns)
    except ValueError as error:
        raise _first_half_box(source, rows.take(np.flatnonzero(has_box)), columns, has_box) from error


def _are_filled(cells: Sequence[str]) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, map(str.strip, cells)), bool, len(cells))


def _corners(cells: Sequence[Sequence[str]], n_boxes: int, columns: LabelColumns) -> NDArray[np.float64]:
    """Return the corners of boxes, (B, 4), by the cells of their four columns."""
    numbers = np.empty((n_boxes, 4), np.float64)
    for position, column in enumerate(cells):
        numbers[:, position] = np.fromiter(map(float, column), np.float64, n_boxes)
    return np.asarray(to_corners(numbers, columns.layout), np.float64)


def _first_half_box(
    source: str, with_box: TableRows, columns: LabelColumns, has_box: NDArray[np.bool_]
) -> FileFormatError:
    """Return what is wrong with the first row whose box is not four numbers."""
    boxes = zip(*(with_box.column(column) for column in columns.box), strict=True)
    row, values = next(
        (row, values) for row, values in zip(np.flatnonzero(has_box), boxes, strict=True) if not _are_numbers(values)
    )
    shown = ", ".join(map(str.strip, values))[:80]
    return FileFormatError(f"{source}, row {row} counting from 0: expected four numbers as a box, found {shown!a}")


def _are_numbers(cells: Sequence[str]) -> bool:
    try:
        return len(list(map(float, cells))) == len(cells)
    except ValueError:
        return False


def _class_names(rows: TableRows, columns: LabelColumns) -> tuple[list[str], NDArray[np.int64]]:
    """Return the classes of the table, and for each row which of them it has."""
    cells = rows.column(columns.label)
    written = list(dict.fromkeys(cells))
    names = list(dict.fromkeys(map(str.strip, written)))
    position_of = {name: position for position, name in enumerate(names)}
    classes = np.array([position_of[cell.strip()] for cell in written], np.int64)
    return names, classes[numbered(cells, len(cells))]


def _images(rows: TableRows, columns: LabelColumns) -> NDArray[np.int64]:
    """Return for each row the number of its annotation: of its image and of its annotator."""
    filenames = rows.column(columns.filename)
    if columns.annotator < 0:
        return numbered(filenames, len(rows))
    annotators = map(str.strip, rows.column(columns.annotator))
    return numbered(zip(filenames, annotators, strict=True), len(rows))


def _annotate(
    rows: TableRows,
    columns: LabelColumns,
    image: NDArray[np.int64],
    says_something: NDArray[np.bool_],
    labels: LabelCollector,
) -> NDArray[np.int64]:
    """Add the annotations of a table, without their boxes, and return the row of each."""
    first = first_rows(image)
    is_annotated = np.bincount(image, says_something, len(first)) > 0
    filenames = rows.column(columns.filename)
    for row in first[~is_annotated].tolist():
        labels.leave_undecided(filenames[row])
    annotated = rows.take(first[is_annotated])
    first_row = labels.annotate_all(
        annotated.column(columns.filename),
        annotators=list(map(str.strip, annotated.column(columns.annotator))),
        times=times_of(annotated, columns),
        sizes=sizes_of(annotated, columns),
    )
    return np.asarray(first_row + np.cumsum(is_annotated) - 1, np.int64)


def add_objects(source: str, rows: TableRows, columns: LabelColumns, places: str, labels: LabelCollector) -> None:
    """Add the classes of the objects on each image, whose boxes cannot be read, as classes of the image.

    Where rows have places, a row without one says that no object of its class is on the image.

    Args:
        source: What messages call the file.
        rows: Of the table.
        columns: What its columns mean.
        places: Names of the columns that tell where an object is.
        labels: What is added to.

    Raises:
        FileFormatError: If cells are lists, with an entry for each of several objects.
    """
    check_no_lists(source, dict.fromkeys(map(str.strip, rows.column(columns.label))))
    labels.add_note(note("boxes-not-read", f"The columns {places} are not a whole box", "only the classes are read"))
    classes: dict[AnnotationKey, dict[str, None]] = defaultdict(dict)
    without_place: set[AnnotationKey] = set()
    tell_absence = has_absent_classes(rows, columns)
    if tell_absence:
        labels.add_note(_ABSENT)
    for row in rows:
        key = key_of(row, columns)
        label = row[columns.label].strip()
        is_absent = tell_absence and _is_without_place(row, columns)
        classes[key].update({} if is_absent or not label else {label: None})
        if is_absent:
            without_place.add(key)
    for (filename, annotator), names in reported(classes.items()):
        if not names and (filename, annotator) not in without_place:
            labels.leave_open(filename)
            continue
        labels.annotate(filename, annotator=annotator)
        for name in names:
            labels.add_class(name)


def has_absent_classes(rows: Collection[Row], columns: LabelColumns) -> bool:
    """Return whether some objects have a place that is not read and others only a class, which then is not there."""
    n_without = sum(_is_without_place(row, columns) for row in rows)
    return 0 < n_without < sum(bool(row[columns.label].strip()) for row in rows)


def _is_without_place(row: Row, columns: LabelColumns) -> bool:
    has_place = any(row[column].strip() for column in columns.unread_places)
    return bool(row[columns.label].strip()) and not has_place
