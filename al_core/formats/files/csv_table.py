"""Columns of text and numbers from a CSV file, parsed by Arrow; errors name the line."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.cells import unescape_cell
from al_core.formats.files.filename_rules import most_like_filenames, names_image_file
from al_core.formats.files.progress import open_reported
from al_core.formats.files.text import decode_utf8
from al_core.text import clipped

if TYPE_CHECKING:
    import pyarrow as pa

NO_HEADER = (
    "begins with a row of values in place of column names; add a first line that names them, such as filename,cat,dog"
)
"""What is wrong with a table without a header, and what to do."""

MAX_COLUMNS = 65_536
_MAX_HEADER_BYTES = 8 * 2**20

_MIN_BLOCK_BYTES = 2**19
_CELL_BYTES = 256
"""Arrow reads a block at a time, and refuses a row that is longer than one: wide tables get wider blocks.

For each block it prepares every column: with a fourth of this, 50 rows of 12,000 columns take three times as long.
"""

_CELLS_TO_TELL_REPEATS = 1_000
"""Where none of so many cells repeats, a column holds names and not classes."""


@dataclass(frozen=True)
class CsvHeader:
    """The column names of a CSV file, its delimiter, and how many lines come before the data."""

    columns: list[str]
    delimiter: str
    n_lines: int


def read_csv_header(path: Path) -> CsvHeader:
    """Return the header of a CSV file; the delimiter is whichever of comma, semicolon and tab occurs most.

    Raises:
        FileFormatError: If the first line is not a header: not UTF-8, too long, or with a column named twice.
    """
    with path.open("rb") as file:
        lines = io.BytesIO(file.read(_MAX_HEADER_BYTES))
    raw = b""
    n_lines = 0
    while not raw.strip() and (raw := lines.readline()):
        n_lines += 1
    if len(raw) == _MAX_HEADER_BYTES:
        raise FileFormatError(
            f"{path.name}: the first line is longer than {_MAX_HEADER_BYTES:,} bytes; expected a header"
        )
    text = decode_utf8(raw, path.name, first_line=n_lines).rstrip("\r\n")
    if not text:
        raise FileFormatError(f"{path.name} holds only blank lines; expected a header and one row per sample")
    delimiter = max(",;\t", key=text.count)
    return CsvHeader(_column_names(text, delimiter, path.name), delimiter, n_lines)


def filename_position(source: str, columns: Sequence[str]) -> int:
    """Return the position of the column with the filenames.

    Raises:
        FileFormatError: Listing the columns that are there.
    """
    position = most_like_filenames(columns)
    if position is not None:
        return position
    shown = clipped(columns)
    more = f" and {len(columns) - 10} more" if len(columns) > 10 else ""
    raise FileFormatError(f"{source} has no column 'filename'; its columns are {shown}{more}; rename or add one")


def read_csv_columns(
    path: Path, header: CsvHeader, *, texts: Sequence[int], numbers: Sequence[int]
) -> tuple[list[list[str]], NDArray[np.float32]]:
    """Return the named columns of a CSV file: the texts, and the numbers as one (M, len(numbers)) float32 matrix.

    An empty cell, NA, null and nan are NaN in a column of numbers.

    Raises:
        FileFormatError: Naming line and column of the first cell that does not fit.
    """
    return read_csv_columns_as(np.dtype(np.float32), path, header, texts=texts, numbers=numbers)


def read_csv_columns_as(
    kind: np.dtype[Any], path: Path, header: CsvHeader, *, texts: Sequence[int], numbers: Sequence[int]
) -> tuple[list[list[str]], NDArray[Any]]:
    """Return what `read_csv_columns` does, with numbers of this kind.

    Dates such as 20240131 and times in seconds since 1970 need float64.
    """
    import pyarrow as pa
    import pyarrow.csv

    columns: list[list[str]] = [[] for _ in texts]
    rows = _GrowingMatrix(kind, len(numbers), path.stat().st_size / _block_bytes(header) + 1)
    try:
        with (
            open_reported(path) or pa.OSFile(str(path)) as file,
            pyarrow.csv.open_csv(file, **_options(kind, header, texts, numbers)) as batches,
        ):
            for batch in batches:
                # The columns of texts come first; those of numbers follow. Arrow makes an object for each when asked.
                arrays = batch.columns
                for column, cells in zip(columns, arrays, strict=False):
                    column.extend(_texts(cells))
                rows.append(arrays[len(texts) :], batch.num_rows)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _located(path, header, texts, numbers, error) from error
    # Arrow keeps what it has parsed for later; a file of a million rows leaves 45 MB.
    pa.default_memory_pool().release_unused()
    if rows.n_rows == 0:
        raise _no_rows(path)
    return columns, rows.finished()


class _GrowingMatrix:
    """A matrix of floats whose number of rows is estimated from the first block of a file."""

    def __init__(self, kind: np.dtype[Any], n_columns: int, n_blocks: float) -> None:
        self.n_rows = 0
        self._n_blocks = n_blocks
        self._matrix: NDArray[Any] = np.empty((0, n_columns), kind)

    def append(self, columns: Sequence["pa.Array"], n_rows: int) -> None:
        end = self.n_rows + n_rows
        if self.n_rows == 0:
            # A tenth more than the first block promises: what is never written takes no memory.
            n_expected = int(1.1 * self._n_blocks * n_rows)
            self._matrix = np.empty((n_expected, self._matrix.shape[1]), self._matrix.dtype)
        if end > len(self._matrix):
            self._resize(max(end, len(self._matrix) * 5 // 4))
        if columns:
            cells = [_values(column) for column in columns]
            np.stack(cells, axis=1, out=self._matrix[self.n_rows : end])
        self.n_rows = end

    def finished(self) -> NDArray[Any]:
        """Return the matrix without the rows that were not filled."""
        self._resize(self.n_rows)
        return self._matrix

    def _resize(self, n_rows: int) -> None:
        # In place: a copy would take the memory of the matrix twice. Nothing else refers to it before it is finished.
        self._matrix.resize((n_rows, self._matrix.shape[1]), refcheck=False)


def number_columns(path: Path, header: CsvHeader, *, n_rows: int = 100) -> list[int]:
    """Return the positions of the named columns that hold only numbers in the first rows.

    Raises:
        FileFormatError: If the rows are not CSV.
    """
    columns = {position for position, name in enumerate(header.columns) if name.strip()}
    try:
        for _, cells in islice(csv_rows(path, header), n_rows):
            columns = {position for position in columns if position < len(cells) and _is_number(cells[position])}
    except csv.Error as error:
        raise FileFormatError(f"{path.name}: not valid CSV ({error}); check its quotes") from error
    return sorted(columns)


def _options(kind: np.dtype[Any], header: CsvHeader, texts: Sequence[int], numbers: Sequence[int]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.csv

    # By position, because a column may have no name.
    names = [f"c{i}" for i in range(len(header.columns))]
    types = {names[i]: pa.string() for i in texts}
    types |= {names[i]: pa.from_numpy_dtype(kind) for i in numbers}
    return {
        "read_options": pyarrow.csv.ReadOptions(
            column_names=names, skip_rows=header.n_lines, block_size=_block_bytes(header)
        ),
        "parse_options": pyarrow.csv.ParseOptions(delimiter=header.delimiter),
        "convert_options": pyarrow.csv.ConvertOptions(column_types=types, include_columns=list(types)),
    }


def _block_bytes(header: CsvHeader) -> int:
    return max(_MIN_BLOCK_BYTES, _CELL_BYTES * len(header.columns))


def _texts(cells: "pa.Array") -> list[str]:
    first = cells.slice(0, _CELLS_TO_TELL_REPEATS).to_pylist()
    if len(set(first)) == len(first):
        # Names of images: looking for repeats takes as long again.
        return _unescaped(cells.to_pylist())
    # Classes and names of images repeat: a text of its own for each cell of a million rows takes 50 MB a column.
    encoded = cells.dictionary_encode()
    different = _unescaped(encoded.dictionary.to_pylist())
    if len(different) == len(cells):
        # In the order of the cells.
        return different
    cells_as_texts: list[str] = np.array(different, object)[_values(encoded.indices)].tolist()
    return cells_as_texts


def _unescaped(texts: list[str]) -> list[str]:
    if "'" not in "".join(texts):
        return texts
    return [unescape_cell(text) if text.startswith("'") else text for text in texts]


def _values(cells: "pa.Array") -> NDArray[Any]:
    """Return numbers, NaN where there is none."""
    # Arrow's `to_numpy` imports pandas where it is installed: 46 MB.
    values: NDArray[Any] = cells.to_numpy(zero_copy_only=False) if cells.null_count else np.from_dlpack(cells)
    return values


def _no_rows(path: Path) -> FileFormatError:
    return FileFormatError(f"{path.name} has a header but no rows; expected one row per sample")


def _column_names(text: str, delimiter: str, source: str) -> list[str]:
    try:
        columns = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileFormatError(f"{source}, line 1: not a CSV header ({error}); check its quotes") from error
    if len(columns) > MAX_COLUMNS:
        raise FileFormatError(f"{source} has {len(columns):,} columns; at most {MAX_COLUMNS:,} are read")
    name, count = Counter(columns).most_common(1)[0]
    if count > 1 and any(map(names_image_file, columns)):
        raise FileFormatError(f"{source} {NO_HEADER}")
    if count > 1:
        raise FileFormatError(f"{source}: column {name!r} occurs {count} times; give every column its own name")
    return [unescape_cell(column) for column in columns]


def _located(
    path: Path, header: CsvHeader, texts: Sequence[int], numbers: Sequence[int], error: Exception
) -> FileFormatError:
    # Arrow says what is wrong but not always in which line, so the file is read again, slowly, up to the first fault.
    line = 0
    try:
        for line, cells in csv_rows(path, header):
            fault = _fault(header, texts, numbers, cells)
            if fault:
                return FileFormatError(f"{path.name}, line {line}{fault}")
    except FileFormatError as located:
        return located
    except csv.Error as broken:
        return FileFormatError(f"{path.name}: not valid CSV ({broken}); check its quotes")
    if line == 0:
        return _no_rows(path)
    return FileFormatError(f"{path.name}: not valid CSV ({str(error)[:300]}); write it again with a CSV library")


def _fault(header: CsvHeader, texts: Sequence[int], numbers: Sequence[int], cells: list[str]) -> str | None:
    """Return what is wrong with a row, as it goes on after its line number, or None."""
    if len(cells) != len(header.columns):
        return f": {wrong_count(len(header.columns), len(cells))}"
    for column in texts:
        if "\n" in cells[column] or "\r" in cells[column]:
            return f": {cells[column]!a} holds a line break; remove it"
    for column in numbers:
        if not _is_number(cells[column]):
            name = header.columns[column]
            return f", column {name!r}: expected a number, found {cells[column][:80]!a}; correct or remove it"
    return None


def wrong_count(n_columns: int, n_cells: int) -> str:
    """Return what is wrong with a row of another number of cells than the header, and what to do."""
    # The row names of R's write.table have no name in the header.
    of_r = "name the first column too if R has left it out, " if n_cells == n_columns + 1 else ""
    return (
        f"expected {n_columns} cells like the header, found {n_cells}; quote names that hold a comma, {of_r}"
        "and check that the file is complete"
    )


def csv_rows(path: Path, header: CsvHeader) -> Iterator[tuple[int, list[str]]]:
    """Yield the line in which each row of a CSV file ends, and its cells.

    Raises:
        FileFormatError: If a line is not UTF-8.
        csv.Error: If quotes do not match.
    """
    with path.open("rb") as file:
        lines = (decode_utf8(raw, path.name, first_line=line) for line, raw in enumerate(file, start=1))
        reader = csv.reader(lines, delimiter=header.delimiter)
        for cells in reader:
            if cells and reader.line_num > header.n_lines:
                yield reader.line_num, cells


def _is_number(cell: str) -> bool:
    import pyarrow.csv

    try:
        float(cell)
    except ValueError:
        return cell in pyarrow.csv.ConvertOptions().null_values
    # Python takes 1_000 for a number, and Arrow does not.
    return "_" not in cell
