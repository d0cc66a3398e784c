"""The cells of a row of a table of labels, by the position of their column."""

import math
from collections.abc import Mapping

from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.times import seconds_since_1970

Row = Mapping[int, str]
"""The cells of a row by column."""

AnnotationKey = tuple[str, str]
"""The image and the annotator."""


def key_of(row: Row, columns: LabelColumns) -> AnnotationKey:
    """Return whose annotation of which image a row belongs to."""
    return row[columns.filename], row.get(columns.annotator, "").strip()


def number_of(cell: str) -> float:
    """Return a cell as a number, 0 if it is none."""
    try:
        value = float(cell)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def size_of(row: Row, columns: LabelColumns) -> Size | None:
    """Return the size of the image, None if the table has none."""
    sides = [number_of(row[column]) for column in columns.size]
    return (sides[0], sides[1]) if len(sides) == 2 and all(side > 0 for side in sides) else None


def time_of(row: Row, columns: LabelColumns) -> float:
    """Return when the row was written, in seconds since 1970; NaN if the table does not say."""
    times = (seconds_since_1970(row[column]) for column in columns.times)
    return next((time for time in times if math.isfinite(time)), math.nan)
