"""Training labels as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator

from al_core.formats.files.cells import escape_cell
from al_core.formats.training.sheet import CORNERS, TrainingSheet

# float32 has seven digits; more would be noise.
_DIGITS = 6


def write_class_table(sheet: TrainingSheet) -> bytes:
    """Return a line of filename and class for each class of each image."""
    classes = sheet.labels.classes
    filenames = [sheet.filenames[row] for row in classes["row"].tolist()]
    names = [sheet.class_names[label] for label in classes["label"].tolist()]
    return _csv(["filename", "label"], zip(filenames, names, strict=True))


def write_box_table(sheet: TrainingSheet) -> bytes:
    """Return a line of filename, class and corners for each box; corners are relative to the image, 0 to 1."""
    return _csv(["filename", "label", *CORNERS], _box_rows(sheet))


def write_keypoint_table(sheet: TrainingSheet) -> bytes:
    """Return a line for each keypoint: its object on the image and its number, both from 0, and its place, 0 to 1.

    Visibility is COCO's: 1 hidden, 2 visible; what is not labeled has no line.
    """
    header = ["filename", "object", "label", "keypoint", "x", "y", "visibility"]
    return _csv(header, _keypoint_rows(sheet))


def _box_rows(sheet: TrainingSheet) -> Iterator[tuple[object, ...]]:
    columns = ["row", "label", *CORNERS]
    for row, label, *corners in sheet.labels.boxes[columns].tolist():
        rounded = [round(corner, _DIGITS) for corner in corners]
        yield sheet.filenames[row], sheet.class_names[label], *rounded


def _keypoint_rows(sheet: TrainingSheet) -> Iterator[tuple[object, ...]]:
    for filename, objects in zip(sheet.filenames, sheet.objects(), strict=True):
        for number, labeled in enumerate(objects):
            name = sheet.class_names[labeled.label]
            for keypoint, (x, y, visibility) in enumerate(labeled.points.tolist()):
                if visibility:
                    yield filename, number, name, keypoint, round(x, _DIGITS), round(y, _DIGITS), int(visibility)


def _csv(header: Iterable[str], rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    # Names come from files of strangers: a spreadsheet would calculate those that begin with "=".
    for row in rows:
        table.writerow([escape_cell(value) if isinstance(value, str) else value for value in row])
    return text.getvalue().encode()
