"""CSV with a column per dimension, as Lightly and pandas write it, or with vectors as text."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.numbered import numbered_columns
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.csv_table import CsvHeader, filename_position, read_csv_columns, read_csv_header
from al_core.formats.files.filename_rules import filename_rank
from al_core.formats.files.text import BOM, looks_like_text
from al_core.formats.tables.list_cells import without_types
from al_core.text import clipped

VECTOR_NAMES = ("embedding", "embeddings", "vector", "vectors", "features", "feature", "emb")


def recognizes_embeddings_csv(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file names a column of filenames, and numbered columns or one of vectors."""
    if not looks_like_text(head):
        return False
    first_line = head.removeprefix(BOM).lstrip().partition(b"\n")[0].decode(errors="replace")
    cells = [cell.strip("\"' \r") for cell in re.split("[,;\t]", first_line)]
    # Without the last cell, which the end of the file's head may have cut.
    has_numbers = "embedding_0" in cells or len(numbered_columns(cells[:-1])) > 1
    has_vectors = any(cell.lower() in VECTOR_NAMES for cell in cells)
    has_filenames = any(filename_rank(cell) is not None for cell in cells)
    return has_filenames and (has_numbers or has_vectors)


def read_embeddings_csv(path: Path) -> EmbeddingTable:
    """Return the embeddings of a CSV file: filenames, columns numbered behind any one name, and perhaps `labels`.

    Columns are numbered from 0 or 1, such as `embedding_0` or `0`; instead of them one column may hold vectors as text.
    Other columns, such as Lightly's `masked` and `selected`, are not read.

    Raises:
        FileFormatError: Naming the missing column, or line and column of the first cell that does not fit.
    """
    header = read_csv_header(path)
    texts = [filename_position(path.name, header.columns)]
    if "labels" in header.columns:
        texts.append(header.columns.index("labels"))
    numbers = _embedding_columns(header, path.name)
    if not numbers:
        texts.append(_vector_column(header, path.name))
    columns, embeddings = read_csv_columns(path, header, texts=texts, numbers=numbers)
    if not numbers:
        embeddings = _vectors(columns.pop(), path.name)
    filenames, *labels = columns
    return EmbeddingTable(filenames, embeddings, _as_labels(labels[0]) if labels else None)


def _embedding_columns(header: CsvHeader, source: str) -> list[int]:
    # A set: there are as many questions as columns.
    lightly = {name.strip() for name in header.columns if re.fullmatch(r"embedding_\d{1,6}", name.strip())}
    for number in range(len(lightly)):
        if f"embedding_{number}" not in lightly:
            raise FileFormatError(
                f"{source} has no column 'embedding_{number}'; number the columns from 0 without a gap"
            )
    if lightly:
        position_of_name = {name.strip(): position for position, name in enumerate(header.columns)}
        return [position_of_name[f"embedding_{number}"] for number in range(len(lightly))]
    return numbered_columns(header.columns)


def _vector_column(header: CsvHeader, source: str) -> int:
    for position, name in enumerate(header.columns):
        if name.strip().lower() in VECTOR_NAMES:
            return position
    shown = clipped(header.columns)
    raise FileFormatError(
        f"{source}: expected the columns filenames, embedding_0, embedding_1, …; found {shown}; rename them"
    )


def _vectors(cells: list[str], source: str) -> NDArray[np.float32]:
    rows: list[NDArray[np.float32]] = []
    for row, cell in enumerate(cells):
        try:
            # PostgreSQL puts its arrays into braces.
            numbers = [float(text) for text in without_types(cell).strip("[](){} ").replace(",", " ").split()]
        except ValueError as error:
            if "..." in cell:
                raise FileFormatError(
                    f"{source}, row {row} counting from 0: NumPy has left out numbers of this vector ('...'); write "
                    "one column per number, or Parquet"
                ) from error
            raise FileFormatError(
                f"{source}, row {row} counting from 0: expected a vector such as [0.1, 0.2], found {cell[:40]!a}"
            ) from error
        with np.errstate(over="ignore"):
            rows.append(np.array(numbers, dtype=np.float32))
        if len(rows[-1]) != len(rows[0]) or not numbers:
            raise FileFormatError(
                f"{source}, row {row} counting from 0: a vector of {len(numbers)} numbers, the first has {len(rows[0])}"
            )
    return np.stack(rows)


def _as_labels(cells: list[str]) -> np.ndarray:
    try:
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(cells, dtype=str)
