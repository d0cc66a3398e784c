import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.cells import unescape_cell
from al_core.formats.files.csv_table import csv_rows, read_csv_columns, read_csv_header, wrong_count
from al_core.formats.tables.list_cells import numbers_by_class, parsed_list
from al_core.formats.tables.sample import ColumnSample, Content, n_sample_rows, sample_of_texts
from al_core.formats.tables.table import Table

_NESTED = (Content.LISTS, Content.CLASS_LISTS, Content.MAPPINGS)


class CsvTable(Table):
    """A CSV file. Texts and numbers are parsed by Arrow; lists, as NumPy prints them, row by row.

    Args:
        path: The file.

    Raises:
        FileFormatError: If its first line is not a header.
    """

    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._path = path
        self._header = read_csv_header(path)
        self.columns = [name.strip() for name in self._header.columns]
        self._samples: list[ColumnSample] = []

    def samples(self) -> list[ColumnSample]:
        """Return the first cells of each column."""
        if not self._samples:
            n_rows = n_sample_rows(len(self.columns))
            rows = [self._checked(line, cells) for line, cells in islice(self._rows(), n_rows)]
            by_column = zip(*rows, strict=True) if rows else [()] * len(self.columns)
            self._samples = [sample_of_texts(name, list(c)) for name, c in zip(self.columns, by_column, strict=True)]
        return self._samples

    def read(self, texts: Sequence[int], numbers: Sequence[int]) -> tuple[list[list[str]], NDArray[np.float32]]:
        """Return columns of texts, and columns of numbers as one matrix."""
        if not texts and not numbers:
            # Arrow would read all columns.
            return [], np.empty((0, 0), np.float32)
        has_lists = any(sample.content in _NESTED for sample in self.samples())
        if not has_lists:
            return read_csv_columns(self._path, self._header, texts=texts, numbers=numbers)
        # Arrow would have to be told that lists go over several lines, and reads them as texts only.
        columns: list[list[str]] = [[] for _ in texts]
        values: list[list[float]] = []
        for line, cells in self._rows():
            row = self._checked(line, cells)
            for column, position in zip(columns, texts, strict=True):
                column.append(unescape_cell(row[position].strip()))
            values.append([self._number(line, position, row[position]) for position in numbers])
        return columns, np.array(values, np.float32).reshape(len(values), len(numbers))

    def cells(self, position: int) -> list[Any]:
        """Return the cells of a column: as lists or numbers by class if they are, otherwise as texts."""
        content = self.samples()[position].content
        is_list = content in (Content.LISTS, Content.CLASS_LISTS)
        cells: list[Any] = []
        for line, row in self._rows():
            cell = self._checked(line, row)[position]
            where = f"{self.source}, line {line}"
            if content is Content.MAPPINGS:
                cells.append(self._by_class(where, cell))
            else:
                cells.append(parsed_list(cell, where) if is_list else cell.strip())
        return cells

    def _by_class(self, where: str, cell: str) -> dict[str, float] | None:
        numbers = numbers_by_class(cell)
        if numbers is None and cell.strip():
            raise FileFormatError(f"{where}: expected numbers by class such as {{'cat': 0.5}}, found {cell[:80]!a}")
        return numbers

    def _rows(self) -> Any:
        try:
            yield from csv_rows(self._path, self._header)
        except csv.Error as error:
            raise FileFormatError(f"{self.source}: not valid CSV ({error}); check its quotes") from error

    def _checked(self, line: int, cells: list[str]) -> list[str]:
        if len(cells) != len(self.columns):
            count = wrong_count(len(self.columns), len(cells))
            raise FileFormatError(f"{self.source}, line {line}: {count}")
        return cells

    def _number(self, line: int, position: int, cell: str) -> float:
        try:
            return float(cell) if cell.strip() else np.nan
        except ValueError as error:
            raise FileFormatError(
                f"{self.source}, line {line}, column {self.columns[position]!r}: expected a number, found "
                f"{cell[:80]!a}; correct or remove it"
            ) from error
