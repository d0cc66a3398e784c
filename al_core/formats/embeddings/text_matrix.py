"""Embeddings as numbers without a header: tensors.tsv of TensorFlow's projector, and what np.savetxt writes."""

from pathlib import Path

from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.number_text import first_numbers, read_numbers
from al_core.formats.names.filenames import read_filenames

_METADATA = "metadata.tsv"


def recognizes_text_matrix(path: Path, head: bytes) -> bool:
    """Return whether the first line of a file is numbers with a tab, comma, semicolon or blank between them."""
    return first_numbers(path, head) is not None


def read_text_matrix(path: Path) -> EmbeddingTable:
    """Return the embeddings of a text of numbers, one row per sample; filenames are those of a metadata.tsv beside it.

    Raises:
        FileFormatError: Naming line and column of the first cell that is not a number.
    """
    embeddings = read_numbers(path)
    return EmbeddingTable(_filenames_beside(path, len(embeddings)), embeddings)


def _filenames_beside(path: Path, n_rows: int) -> list[str] | None:
    metadata = path.with_name(_METADATA)
    try:
        filenames = read_filenames(metadata)
    except (FileFormatError, NotFoundError):
        # There are labels in it, or it belongs to something else.
        return None
    return filenames if len(filenames) == n_rows else None
