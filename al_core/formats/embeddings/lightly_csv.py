import re
from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.csv_table import filename_position, read_csv_columns, read_csv_header

_EMBEDDING = re.compile(r"embedding_(\d{1,6})")


def recognizes_embeddings_csv(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file names a column `embedding_0`."""
    return b"embedding_0" in head.lstrip().partition(b"\n")[0]


def read_embeddings_csv(path: Path) -> EmbeddingTable:
    """Return the embeddings of a CSV file in Lightly's layout: `filenames, embedding_0, …, embedding_{D-1}, labels`.

    The labels may be missing; other columns, such as Lightly's `masked` and `selected`, are not read.

    Raises:
        FileFormatError: Naming the missing column, or line and column of the first cell that does not fit.
    """
    header = read_csv_header(path)
    numbers = _embedding_columns(header.columns, path.name)
    texts = [filename_position(path.name, header.columns)]
    if "labels" in header.columns:
        texts.append(header.columns.index("labels"))
    (filenames, *labels), embeddings = read_csv_columns(path, header, texts=texts, numbers=numbers)
    return EmbeddingTable(filenames, embeddings, _as_labels(labels[0]) if labels else None)


def _embedding_columns(columns: list[str], source: str) -> list[int]:
    position_of_number: dict[int, int] = {}
    for position, name in enumerate(columns):
        match = _EMBEDDING.fullmatch(name.strip())
        if match:
            position_of_number[int(match[1])] = position
    if not position_of_number:
        shown = ", ".join(repr(column[:40]) for column in columns[:10])
        raise FileFormatError(
            f"{source}: expected the columns filenames, embedding_0, embedding_1, …; found {shown}; rename them"
        )
    for number in range(len(position_of_number)):
        if number not in position_of_number:
            raise FileFormatError(
                f"{source} has no column 'embedding_{number}'; number the columns from 0 without a gap"
            )
    return [position for _, position in sorted(position_of_number.items())]


def _as_labels(cells: list[str]) -> np.ndarray:
    try:
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(cells, dtype=str)
