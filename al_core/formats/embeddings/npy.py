from pathlib import Path

from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.npy import float_matrix, read_npy
from al_core.formats.files.npz import ArrayArchive


def read_embeddings_npy(path: Path) -> EmbeddingTable:
    """Return the embeddings of a .npy file, (M, D) floats without filenames; float32 stays on disk, mapped.

    Raises:
        FileFormatError: If the file does not hold such an array.
    """
    return EmbeddingTable(None, float_matrix(read_npy(path), path.name))


def read_embeddings_npz(path: Path) -> EmbeddingTable:
    """Return the arrays `embeddings`, `filenames` and `labels` of an .npz file; the last two may be missing.

    Raises:
        FileFormatError: If an array is missing, damaged or of another kind.
    """
    with ArrayArchive(path) as arrays:
        labels = arrays["labels"].ravel() if "labels" in arrays.headers else None
        return EmbeddingTable(arrays.texts("filenames"), arrays.matrix("embeddings"), labels)
