"""Texts of numbers without a header, as np.savetxt writes them."""

import csv
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.csv_table import MAX_COLUMNS, CsvHeader, read_csv_columns
from al_core.formats.files.text import BOM, decode_utf8, looks_like_text

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf)", re.IGNORECASE)
_MIN_COLUMNS = 2


def first_numbers(path: Path, head: bytes) -> list[float] | None:
    r"""Return the numbers of the first line of a file, as far as it was read, or None if that is no line of numbers.

    Between them are tabs, semicolons, commas or blanks.

    Examples:
        >>> first_numbers(Path("p.txt"), b"0.5 0.25\n"), first_numbers(Path("p.txt"), b"a.png 0.25\n")
        ([0.5, 0.25], None)
    """
    if path.is_dir() or not looks_like_text(head):
        return None
    first_line, end, _ = head.removeprefix(BOM).decode(errors="replace").partition("\n")
    cells = first_line.strip().split(_delimiter(first_line))
    # The last cell of a line that goes on is cut.
    whole = cells if end else cells[:-1]
    are_numbers = len(whole) >= _MIN_COLUMNS and all(_NUMBER.fullmatch(cell) for cell in whole)
    return [float(cell) for cell in whole] if are_numbers else None


def read_numbers(path: Path) -> NDArray[np.float32]:
    """Return the numbers of a text, one row per line.

    Raises:
        FileFormatError: Naming line and column of the first cell that is not a number.
    """
    with path.open("rb") as file:
        first_line = decode_utf8(file.readline(), path.name).strip()
    delimiter = _delimiter(first_line)
    n_columns = _n_cells(first_line, delimiter, path.name)
    if not 0 < n_columns <= MAX_COLUMNS:
        raise FileFormatError(f"{path.name} has {n_columns:,} columns; expected 1 to {MAX_COLUMNS:,}")
    header = CsvHeader([f"column {number}" for number in range(n_columns)], delimiter, 0)
    _, numbers = read_csv_columns(path, header, texts=[], numbers=range(n_columns))
    return numbers


def _n_cells(line: str, delimiter: str, source: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error as error:
        raise FileFormatError(
            f"{source}, line 1: expected numbers with {delimiter!r} between them ({error})"
        ) from error


def _delimiter(line: str) -> str:
    present = [delimiter for delimiter in "\t;, " if delimiter in line.strip()]
    return present[0] if present else ","
