"""Tables of labels with one row per object: its class and its box."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.label_rows import AnnotationKey, Row, key_of, size_of, time_of
from al_core.formats.predictions.box_layout import Layout, are_in_pixels, to_corners

_RELATIVE: Size = (1, 1)
_NAMED_NOTHING = note(
    "class-without-box",
    "Some rows have a class and no box",
    "such an image is labeled, with nothing on it unless another row has a box",
)

_ABSENT = note("class-without-place", "Some rows have a class and no place", "their class is not on the image")


def add_boxes(source: str, rows: Collection[Row], columns: LabelColumns, labels: LabelCollector) -> None:
    """Add the objects of each image; an image without any is undecided unless a row has a class and no box.

    Raises:
        FileFormatError: Naming the row whose box is not four numbers, or if no row has a box and classes differ.
    """
    boxes: dict[AnnotationKey, list[tuple[str, tuple[float, ...]]]] = defaultdict(list)
    of_image: dict[AnnotationKey, Row] = {}
    looked_at: set[AnnotationKey] = set()
    without_box: set[str] = set()
    for number, row in enumerate(rows):
        key = key_of(row, columns)
        of_image.setdefault(key, row)
        values = [row[column].strip() for column in columns.box]
        label = row[columns.label].strip() if columns.label >= 0 else ""
        if any(values):
            boxes[key].append((label, _corners(source, number, values, columns.layout)))
        elif label:
            looked_at.add(key)
            without_box.add(label)
    # One class may say that nothing was found on any image; several are the classes of images.
    if not boxes and len(without_box) > 1:
        shown = ", ".join(sorted(without_box)[:5])
        raise FileFormatError(
            f"{source} has columns for a box, all of them empty, and the classes {shown}; take those columns out if "
            "the classes are those of whole images"
        )
    if looked_at:
        labels.add_note(_NAMED_NOTHING)
    coordinates = np.array([corners for objects in boxes.values() for _, corners in objects]).reshape(-1, 4)
    units = None if are_in_pixels(coordinates) else _RELATIVE
    for (filename, annotator), row in reported(of_image.items()):
        objects = boxes[filename, annotator]
        if not objects and (filename, annotator) not in looked_at:
            labels.leave_undecided(filename)
            continue
        labels.annotate(
            filename, annotator=annotator, time=time_of(row, columns), size=size_of(row, columns), units=units
        )
        for label, corners in objects:
            labels.add_box(label, corners)


def add_objects(rows: Collection[Row], columns: LabelColumns, places: str, labels: LabelCollector) -> None:
    """Add the classes of the objects on each image, whose boxes cannot be read, as classes of the image.

    Where rows have places, a row without one says that no object of its class is on the image.

    Args:
        rows: Of the table.
        columns: What its columns mean.
        places: Names of the columns that tell where an object is.
        labels: What is added to.
    """
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


def _corners(source: str, row: int, values: Sequence[str], layout: Layout) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, values))
        # An array of four numbers costs more than reading them.
        return numbers if layout is Layout.CORNERS else tuple(to_corners(np.array([numbers]), layout)[0].tolist())
    except ValueError as error:
        where = f"{source}, row {row} counting from 0"
        raise FileFormatError(f"{where}: expected four numbers as a box, found {', '.join(values)[:80]!a}") from error
