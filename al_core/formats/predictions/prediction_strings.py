"""Kaggle's prediction strings: a table with one row per image and all its boxes in one text."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.predictions.box_columns import filename_column, prediction_string
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.box_table import ANY_CLASS
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.tables.row_table import column_names, open_row_table

_WITHOUT_CLASS = 5
"""Confidence, x, y, width and height, as in Global Wheat Detection."""

_WITH_CLASS = 6
"""Class, confidence and four corners, as in Open Images and VinBigData."""

_WHOLE = re.compile(r"\d{1,9}")


def recognizes_prediction_strings(path: Path, head: bytes) -> bool:
    """Return whether a table has a column PredictionString, and one of filenames."""
    names = column_names(path, head)
    return bool(prediction_string(names) and _naming_column(names))


def read_prediction_strings(path: Path) -> Predictions:
    """Return the boxes of a table with one row per image: its name or id, and `PredictionString`.

    The text has for each box its class, confidence and corners, or its confidence, x, y, width and height. An empty
    text says that nothing was detected.

    Raises:
        FileFormatError: Naming the first image whose text is neither.
    """
    with path.open("rb") as file:
        table = open_row_table(path, file.read(HEAD_BYTES))
    names = table.names if table else []
    columns = [_naming_column(names), prediction_string(names)]
    if table is None or not all(columns):
        raise FileFormatError(f"{path.name} has no columns image_id and PredictionString; its columns are {names[:10]}")
    (filenames, strings), _ = table.read(columns, [])
    parts = [string.split() for string in strings]
    length = _box_length(path.name, filenames, parts)
    cells = [part[first : first + length] for part in parts for first in range(0, len(part), length)]
    image = np.repeat(np.arange(len(parts)), [len(part) // length for part in parts])
    # The confidence and four numbers, without the class if there is one.
    values = _numbers(path.name, filenames, image, [cell[length - 5 :] for cell in cells])
    classes = [_class(cell[0]) if length == _WITH_CLASS else ANY_CLASS for cell in cells]
    class_names, labels = dense_labels(classes, None)
    layout = Layout.CORNERS if length == _WITH_CLASS else Layout.EXTENT
    boxes = Boxes(image, values[:, 1:], values[:, 0], labels, layout=layout)
    return detection_predictions(path.name, filenames, class_names, boxes)


def _naming_column(names: Sequence[str]) -> str:
    """Return the column of images: of a usual name, else the first other one, such as `patientId`; empty if none is."""
    others = [name for name in names if name != prediction_string(names)]
    return filename_column(names) or next(iter(others), "")


def _box_length(source: str, filenames: Sequence[str], parts: Sequence[Sequence[str]]) -> int:
    """Return how many entries a box has, which fits every row: by their number, and by where the confidence is."""
    # Those with a class first: 30 entries could be boxes of either kind.
    for length in (_WITH_CLASS, _WITHOUT_CLASS):
        if all(len(part) % length == 0 and _is_confident(part, length) for part in parts):
            return length
    fits_none = (row for row, part in enumerate(parts) if len(part) % _WITH_CLASS and len(part) % _WITHOUT_CLASS)
    odd = next(fits_none, 0)
    raise FileFormatError(
        f"{source}: the PredictionString of {filenames[odd]!r} has {len(parts[odd])} entries; expected for each box "
        "class, confidence, xmin, ymin, xmax, ymax, or confidence, x, y, width, height"
    )


def _is_confident(part: Sequence[str], length: int) -> bool:
    # Right behind the class, or at the beginning.
    confidences = part[length - _WITHOUT_CLASS :: length]
    try:
        return all(0 <= float(cell) <= 1 for cell in confidences)
    except ValueError:
        return False


def _numbers(
    source: str, filenames: Sequence[str], image: NDArray[np.int64], cells: list[list[str]]
) -> NDArray[np.float32]:
    rows: list[list[float]] = []
    for number, cell in enumerate(cells):
        try:
            rows.append([float(text) for text in cell])
        except ValueError as error:
            raise FileFormatError(
                f"{source}: the PredictionString of {filenames[image[number]]!r} has {' '.join(cell)!a:.80} where five "
                "numbers are expected"
            ) from error
    # Beyond float32 a number becomes infinite, and its box is left out.
    with np.errstate(over="ignore"):
        return np.array(rows, np.float32).reshape(-1, 5)


def _class(text: str) -> int | str:
    return int(text) if _WHOLE.fullmatch(text) else text
