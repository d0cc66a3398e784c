from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.numbered import numbered_columns
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.arrow_table import list_columns, list_matrix, number_matrix, read_table, split_filenames
from al_core.text import clipped

if TYPE_CHECKING:
    import pyarrow as pa

_VECTOR_NAMES = ("embedding", "embeddings", "vector")


def read_embeddings_arrow(path: Path) -> EmbeddingTable:
    """Return the embeddings of a Parquet or Arrow file: `filename` and a column of vectors, or numbered columns.

    Columns are numbered from 0 or 1 behind any one name, such as `embedding_0` or `f0`; a column `labels` is read too.

    Raises:
        FileFormatError: Naming the column that is missing or does not hold numbers.
    """
    filenames, table = split_filenames(path.name, read_table(path))
    labels = table.column("labels").to_pylist() if "labels" in table.column_names else None
    vectors = list_columns(table)
    named = [name for name in vectors if name.lower() in _VECTOR_NAMES] or vectors
    if len(named) == 1:
        matrix = list_matrix(path.name, named[0], table)
    else:
        matrix = number_matrix(path.name, table.select(_numbered_columns(path.name, table)))
    return EmbeddingTable(filenames, matrix, _label_array(labels) if labels else None)


def _numbered_columns(source: str, table: "pa.Table") -> list[str]:
    # Arrow makes this list anew each time it is asked for.
    names = table.column_names
    numbered = numbered_columns(names)
    if not numbered:
        columns = clipped(names)
        raise FileFormatError(
            f"{source}: expected one column of vectors, or columns embedding_0, embedding_1, … without a gap; "
            f"found {columns}"
        )
    return [names[position] for position in numbered]


def _label_array(labels: list[object]) -> np.ndarray:
    if all(isinstance(label, int) for label in labels):
        return np.array(labels, dtype=np.int64)
    return np.array([str(label) for label in labels])
