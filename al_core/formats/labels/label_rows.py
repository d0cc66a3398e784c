"""The cells of a row of a table of labels, by the position of their column."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.times import seconds_since_1970

Row = Mapping[int, str]
"""The cells of a row by column."""

AnnotationKey = tuple[str, str]
"""The image and the annotator."""


class TableRows(Collection[Row]):
    """The rows of a table, each made when it is asked for: as dictionaries a million of them take a gigabyte.

    Args:
        columns: The positions of the columns in the table.
        cells: One list of texts for each of them.
    """

    def __init__(self, columns: Sequence[int], cells: Sequence[Sequence[str]]) -> None:
        self._columns = columns
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells[0]) if self._cells else 0

    def __iter__(self) -> Iterator[Row]:
        return (dict(zip(self._columns, row, strict=True)) for row in zip(*self._cells, strict=True))

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)


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
