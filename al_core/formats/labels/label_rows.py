"""The cells of a row of a table of labels, by the position of their column."""

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

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
        boxes: (M, 4) the numbers in the columns of the box, if all rows have four; otherwise they are among the cells.
    """

    def __init__(
        self, columns: Sequence[int], cells: Sequence[Sequence[str]], boxes: NDArray[np.float32] | None = None
    ) -> None:
        self.boxes = boxes
        self._columns = columns
        self._cells: Sequence[Sequence[str]] = cells

    def __len__(self) -> int:
        return len(self._cells[0]) if self._cells else 0

    def __iter__(self) -> Iterator[Row]:
        return (dict(zip(self._columns, row, strict=True)) for row in zip(*self._cells, strict=True))

    def column(self, position: int) -> Sequence[str]:
        """Return the cells of a column by its position in the table; empty texts if the table has none there."""
        return self._cells[self._columns.index(position)] if position >= 0 else [""] * len(self)

    def take(self, rows: NDArray[np.int64]) -> "TableRows":
        """Return some of the rows, in this order."""
        return TableRows(self._columns, [[cells[row] for row in rows.tolist()] for cells in self._cells])

    def with_column(self, position: int, cells: Sequence[str]) -> "TableRows":
        """Return the rows with other cells in a column, by its position in the table."""
        place = self._columns.index(position)
        return TableRows(self._columns, [*self._cells[:place], cells, *self._cells[place + 1 :]])

    def release(self) -> None:
        """Give up the cells, once all of them are used: those of a million objects take 50 MB and more."""
        self._cells = []

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)


def numbered(keys: Iterable[Hashable], n_keys: int) -> NDArray[np.int64]:
    """Return a number for each key, the same for equal ones, from 0 in the order in which they first occur.

    Examples:
        >>> numbered("abac", 4)
        array([0, 1, 0, 2])
    """
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
    return np.fromiter(map(numbers.__getitem__, keys), np.int64, n_keys)


def first_rows(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each number of `numbered` first occurs.

    Examples:
        >>> first_rows(np.array([0, 1, 0, 2]))
        array([0, 1, 3])
    """
    # Each new number is one more than all before it.
    highest = np.maximum.accumulate(numbers)
    return np.flatnonzero(np.diff(highest, prepend=-1))


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
    return _size([row[column] for column in columns.size])


def sizes_of(rows: TableRows, columns: LabelColumns) -> list[Size | None]:
    """Return `size_of` each row."""
    if not columns.size:
        return [None] * len(rows)
    cells = list(zip(*(rows.column(column) for column in columns.size), strict=True))
    # Most images of a file have the same size.
    sizes = {sides: _size(sides) for sides in set(cells)}
    return [sizes[sides] for sides in cells]


def _size(cells: Sequence[str]) -> Size | None:
    sides = [number_of(cell) for cell in cells]
    return (sides[0], sides[1]) if len(sides) == 2 and all(side > 0 for side in sides) else None


def time_of(row: Row, columns: LabelColumns) -> float:
    """Return when the row was written, in seconds since 1970; NaN if the table does not say."""
    times = (seconds_since_1970(row[column]) for column in columns.times)
    return next((time for time in times if math.isfinite(time)), math.nan)


def times_of(rows: TableRows, columns: LabelColumns) -> NDArray[np.float64]:
    """Return `time_of` each row."""
    if not columns.times:
        return np.full(len(rows), np.nan)
    return np.fromiter((time_of(row, columns) for row in rows), np.float64, len(rows))
