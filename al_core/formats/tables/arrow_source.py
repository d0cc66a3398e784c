from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import number_matrix, read_table
from al_core.formats.tables.sample import ColumnSample, Content, n_sample_rows, sample_of_values
from al_core.formats.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS_FOR_KIND = 20


class ArrowTable(Table):
    """A Parquet or Arrow file.

    Args:
        path: The file.

    Raises:
        FileFormatError: If it is damaged or has no rows.
    """

    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._table = _with_numbers(read_table(path))
        self.columns = list(self._table.column_names)

    def samples(self) -> list[ColumnSample]:
        """Return the first cells of each column."""
        head = self._table.slice(0, n_sample_rows(len(self.columns)))
        return [_sample(name, head.column(position)) for position, name in enumerate(self.columns)]

    def read(self, texts: Sequence[int], numbers: Sequence[int]) -> tuple[list[list[str]], NDArray[np.float32]]:
        """Return columns of texts, and columns of numbers as one matrix."""
        return [self._texts(position) for position in texts], number_matrix(
            self.source, self._table.select(list(numbers))
        )

    def cells(self, position: int) -> list[Any]:
        """Return the cells of a column as they are."""
        cells: list[Any] = self._table.column(position).to_pylist()
        return cells

    def _texts(self, position: int) -> list[str]:
        column = self._table.column(position)
        if column.null_count:
            raise FileFormatError(
                f"{self.source}: {column.null_count:,} cells of column {self.columns[position]!r} are empty; "
                "name every sample"
            )
        cells = column.to_pylist()
        if not all(isinstance(cell, str | int) for cell in cells[:_TEXTS_FOR_KIND]):
            raise FileFormatError(
                f"{self.source}: column {self.columns[position]!r} is {column.type}, expected text or integers"
            )
        return [str(cell) for cell in cells]


def _with_numbers(table: "pa.Table") -> "pa.Table":
    """Return the table with decimals as floats and texts in place of bytes: what other columns are compared with."""
    import pyarrow as pa

    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.float64()))
        elif pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
            try:
                table = table.set_column(position, field.name, table.column(position).cast(pa.large_string()))
            except pa.ArrowException:
                # Images in a table, for example.
                continue
    return table


def _sample(name: str, column: "pa.ChunkedArray") -> ColumnSample:
    import pyarrow as pa

    # Of nested columns Python's values are enough, and of others numpy's are faster.
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        numbers = column.cast(pa.float64(), safe=False).to_numpy()
        content = Content.NUMBERS if pa.types.is_floating(column.type) else Content.INTEGERS
        present = numbers[~np.isnan(numbers)].tolist()
        return ColumnSample(name, content if present else Content.EMPTY, present, numbers)
    return sample_of_values(name, column.to_pylist())
