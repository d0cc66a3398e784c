"""Tables of any file as one thing: columns with names, of which texts, numbers and other cells can be read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.tables.sample import ColumnSample, n_sample_rows, sample_of_values


class Table(ABC):
    """A table in a file.

    Attributes:
        source: What messages call the file.
        columns: The names of its columns.
        class_names: The classes that numbers in lists belong to, if the file says so.
    """

    source: str
    columns: Sequence[str]
    class_names: Sequence[str] | None = None

    @abstractmethod
    def samples(self) -> list[ColumnSample]:
        """Return the first cells of each column."""

    @abstractmethod
    def read(self, texts: Sequence[int], numbers: Sequence[int]) -> tuple[list[list[str]], NDArray[np.float32]]:
        """Return columns of texts, and columns of numbers as one (M, len(numbers)) matrix, NaN for empty cells.

        Raises:
            FileFormatError: Naming row and column of the first cell that does not fit.
        """

    @abstractmethod
    def cells(self, position: int) -> Sequence[Any]:
        """Return the cells of a column as they are: lists, numbers by class, texts or numbers."""

    def where(self, row: int) -> str:
        """Return where a row is in the file, for messages."""
        return f"{self.source}, row {row} counting from 0"


class CellTable(Table):
    """A table in memory.

    Args:
        source: What messages call the file.
        columns: (M,) cells by name, None where there is no value.
        where: Returns where a row is in the file.
        class_names: The classes that numbers in lists belong to, if the file says so.
    """

    def __init__(
        self,
        source: str,
        columns: Mapping[str, Sequence[Any]],
        *,
        where: Callable[[int], str] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> None:
        self.source = source
        self.columns = list(columns)
        self.class_names = class_names
        self._cells = list(columns.values())
        self._where = where

    def samples(self) -> list[ColumnSample]:
        """Return the first cells of each column."""
        n_rows = n_sample_rows(len(self.columns))
        return [sample_of_values(name, cells[:n_rows]) for name, cells in zip(self.columns, self._cells, strict=True)]

    def read(self, texts: Sequence[int], numbers: Sequence[int]) -> tuple[list[list[str]], NDArray[np.float32]]:
        """Return columns of texts, and columns of numbers as one matrix."""
        n_rows = len(self._cells[0])
        matrix = np.empty((n_rows, len(numbers)), np.float32)
        for column, position in enumerate(numbers):
            for row, cell in enumerate(self._cells[position]):
                matrix[row, column] = self._number(row, position, cell)
        return [self._texts(position) for position in texts], matrix

    def cells(self, position: int) -> Sequence[Any]:
        """Return the cells of a column as they are."""
        return self._cells[position]

    def where(self, row: int) -> str:
        """Return where a row is in the file."""
        return self._where(row) if self._where else super().where(row)

    def _number(self, row: int, position: int, cell: Any) -> float:
        if cell is None or cell == "":
            return np.nan
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell)
        raise FileFormatError(
            f"{self.where(row)}, column {self.columns[position]!r}: expected a number, found {cell!a:.80}; correct it"
        )

    def _texts(self, position: int) -> list[str]:
        cells = list(self._cells[position])
        if set(map(type, cells)) == {str}:
            return cells
        return [self._text(row, position, cell) for row, cell in enumerate(cells)]

    def _text(self, row: int, position: int, cell: Any) -> str:
        if isinstance(cell, str | int) and not isinstance(cell, bool):
            return str(cell)
        name = self.columns[position]
        if cell is None:
            raise FileFormatError(f"{self.where(row)} has no {name!r}; name every sample")
        raise FileFormatError(f"{self.where(row)}, column {name!r}: expected a text, found {cell!a:.80}; correct it")
