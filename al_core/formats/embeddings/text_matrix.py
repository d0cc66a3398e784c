"""Numbers without a header: tensors.tsv of TensorFlow's projector, and what np.savetxt writes."""

import csv
import re
from pathlib import Path

from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.csv_table import MAX_COLUMNS, CsvHeader, read_csv_columns
from al_core.formats.files.text import BOM, decode_utf8, looks_like_text
from al_core.formats.names.filenames import read_filenames

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf)", re.IGNORECASE)
_METADATA = "metadata.tsv"
_MIN_COLUMNS = 2


def recognizes_text_matrix(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file is numbers with a tab, comma, semicolon or blank between them."""
    if path.is_dir() or not looks_like_text(head):
        return False
    first_line, end, _ = head.removeprefix(BOM).decode(errors="replace").partition("\n")
    cells = first_line.strip().split(_delimiter(first_line))
    # The last cell of a line that goes on is cut.
    whole = cells if end else cells[:-1]
    return len(whole) >= _MIN_COLUMNS and all(_NUMBER.fullmatch(cell) for cell in whole)


def read_text_matrix(path: Path) -> EmbeddingTable:
    """Return the embeddings of a text of numbers, one row per sample; filenames are those of a metadata.tsv beside it.

    Raises:
        FileFormatError: Naming line and column of the first cell that is no number.
    """
    with path.open("rb") as file:
        first_line = decode_utf8(file.readline(), path.name).strip()
    delimiter = _delimiter(first_line)
    n_columns = _n_cells(first_line, delimiter, path.name)
    if not 0 < n_columns <= MAX_COLUMNS:
        raise FileFormatError(f"{path.name} has {n_columns:,} columns; expected 1 to {MAX_COLUMNS:,}")
    header = CsvHeader([f"column {number}" for number in range(n_columns)], delimiter, 0)
    _, embeddings = read_csv_columns(path, header, texts=[], numbers=range(n_columns))
    return EmbeddingTable(_filenames_beside(path, len(embeddings)), embeddings)


def _n_cells(line: str, delimiter: str, source: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error as error:
        raise FileFormatError(
            f"{source}, line 1: expected numbers with {delimiter!r} between them ({error})"
        ) from error


def _filenames_beside(path: Path, n_rows: int) -> list[str] | None:
    metadata = path.with_name(_METADATA)
    try:
        filenames = read_filenames(metadata)
    except (FileFormatError, NotFoundError):
        # There are labels in it, or it belongs to something else.
        return None
    return filenames if len(filenames) == n_rows else None


def _delimiter(line: str) -> str:
    present = [delimiter for delimiter in "\t;, " if delimiter in line.strip()]
    return present[0] if present else ","
