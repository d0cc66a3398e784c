"""A table of rows with named columns, whatever kind of file it comes in; columns are read as texts or as numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import is_arrow, is_parquet, read_stream, read_table
from al_core.formats.files.csv_table import read_csv_columns, read_csv_header
from al_core.formats.files.decoded_size import check_decoded_size
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.progress import reported
from al_core.formats.files.records import is_json_lines, json_lines
from al_core.formats.files.text import BOM, begins_as_json, looks_like_text, read_json
from al_core.formats.tables.json_source import records_of

if TYPE_CHECKING:
    import pyarrow as pa

_OBJECT_BYTES = 64
"""What a text takes as an object of Python's, beside its characters."""


class RowTable(Protocol):
    """A table.

    Attributes:
        names: Its columns.
    """

    names: list[str]

    def read(self, texts: Sequence[str], numbers: Sequence[str]) -> tuple[list[list[str]], NDArray[np.float32]]:
        """Return some columns: texts, empty where there is nothing, and (M, len(numbers)) numbers, NaN likewise.

        Raises:
            FileFormatError: Naming row and column of the first cell that is not a number.
        """


def open_row_table(path: Path, head: bytes) -> RowTable | None:
    """Return the table of a CSV, Parquet, Arrow or JSON file, or None if it is none of them.

    Raises:
        FileFormatError: If it is damaged.
    """
    if is_parquet(path, head) or is_arrow(path, head):
        return _ArrowTable(path)
    start = head.removeprefix(BOM).lstrip()[:1]
    if start in (b"{", b"["):
        return _JsonRows(path)
    return _CsvTable(path) if looks_like_text(head) and start != b"<" else None


def column_names(path: Path, head: bytes) -> list[str]:
    """Return the columns of a table, of JSON the keys with which it begins; none if it is damaged or no table."""
    import pyarrow as pa
    import pyarrow.parquet

    try:
        if is_parquet(path, head):
            return list(pyarrow.parquet.read_schema(path).names)
        if is_arrow(path, head):
            return list(read_stream(path).column_names)
        if begins_as_json(head):
            return sorted(json_keys(path, head))
        is_text = looks_like_text(head) and not path.is_dir() and not head.lstrip().startswith(b"<")
        return read_csv_header(path).columns if is_text else []
    except MemoryError:
        # Arrow's own is an ArrowException too.
        raise
    except (FileFormatError, pa.ArrowException, OSError, ValueError):
        return []


class _CsvTable:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._header = read_csv_header(path)
        self.names = self._header.columns

    def read(self, texts: Sequence[str], numbers: Sequence[str]) -> tuple[list[list[str]], NDArray[np.float32]]:
        text_positions = [self.names.index(name) for name in texts]
        number_positions = [self.names.index(name) for name in numbers]
        return read_csv_columns(self._path, self._header, texts=text_positions, numbers=number_positions)


class _ArrowTable:
    def __init__(self, path: Path) -> None:
        self._source = path.name
        self._table = read_table(path)
        self.names = list(self._table.column_names)

    def read(self, texts: Sequence[str], numbers: Sequence[str]) -> tuple[list[list[str]], NDArray[np.float32]]:
        check_decoded_size(_OBJECT_BYTES * len(texts) * self._table.num_rows, self._source)
        matrix = np.empty((self._table.num_rows, len(numbers)), np.float32)
        for position, name in enumerate(numbers):
            matrix[:, position] = self._numbers(name)
        return [_texts_of(self._table.column(name)) for name in texts], matrix

    def _numbers(self, name: str) -> NDArray[np.float32]:
        import pyarrow as pa

        column = self._table.column(name)
        try:
            # Not safe: a cast that loses the digits of a float64 would be refused.
            values: NDArray[np.float32] = column.cast(pa.float32(), safe=False).to_numpy()
        except pa.ArrowException as error:
            raise FileFormatError(f"{self._source}: column {name!r} is {column.type}, expected numbers") from error
        return values


def _texts_of(column: "pa.ChunkedArray") -> list[str]:
    return ["" if value is None else str(value) for value in column.to_pylist()]


class _JsonRows:
    def __init__(self, path: Path) -> None:
        self._source = path.name
        if is_json_lines(path):
            self._rows: Sequence[Any] = [row for _, row in json_lines(path)]
        else:
            # Also as pandas writes a table: by column, by index, or split.
            self._rows, _ = records_of(read_json(path))
        for number, row in enumerate(self._rows):
            if not isinstance(row, dict):
                raise FileFormatError(
                    f"{path.name}, record {number} counting from 0: expected an object, found {row!a:.80}"
                )
        self.names = list(dict.fromkeys(name for row in self._rows for name in row))

    def read(self, texts: Sequence[str], numbers: Sequence[str]) -> tuple[list[list[str]], NDArray[np.float32]]:
        columns = [[_text(row.get(name)) for row in self._rows] for name in texts]
        values = [
            [self._number(number, row, name) for name in numbers] for number, row in enumerate(reported(self._rows))
        ]
        # Without any column of numbers the shape cannot be told from the lists.
        shape = (len(self._rows), len(numbers))
        with np.errstate(over="ignore"):
            return columns, np.array(values, np.float32).reshape(shape)

    def _number(self, position: int, row: Mapping[str, Any], name: str) -> float:
        value = row.get(name)
        if value is None or value == "":
            return np.nan
        try:
            if not isinstance(value, bool | list | dict):
                return float(value)
        except ValueError:
            pass
        raise FileFormatError(
            f"{self._source}, record {position} counting from 0: expected a number as {name!r}, found {value!a:.80}"
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
