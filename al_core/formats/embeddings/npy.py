from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.npy import float_matrix, read_npy
from al_core.formats.files.npz import ArrayArchive
from al_core.formats.files.progress import reported

_MATRICES = ("embeddings", "embedding", "features", "vectors", "emb", "feats", "x")


def read_embeddings_npy(path: Path) -> EmbeddingTable:
    """Return the embeddings of a .npy file, (M, D) floats without filenames; float32 stays on disk, mapped.

    Raises:
        FileFormatError: If the file does not hold such an array.
    """
    array = read_npy(path)
    if array.ndim == 3 and 1 in array.shape[1:]:
        # (M, 1, D), one token per image, or (M, D, 1).
        array = array.reshape(len(array), -1)
    return EmbeddingTable(None, float_matrix(array, path.name))


def read_embeddings_npz(path: Path) -> EmbeddingTable:
    """Return the embeddings, filenames and labels of an .npz file; the last two may be missing.

    One matrix is `embeddings`, whatever it is called, and filenames are texts of which there is one per row. Or there
    is an array for each image, by its filename.

    Raises:
        FileFormatError: If an array is missing, damaged or of another kind.
    """
    with ArrayArchive(path) as arrays:
        if _is_one_per_image(arrays):
            return _one_per_image(arrays, path.name)
        embeddings = arrays.matrix(*_MATRICES)
        labels = arrays["labels"].ravel() if "labels" in arrays.headers else None
        return EmbeddingTable(arrays.filenames(len(embeddings)), embeddings, labels)


def _is_one_per_image(arrays: ArrayArchive) -> bool:
    return all(len(header.shape) == 1 and header.dtype.kind == "f" for header in arrays.headers.values())


def _one_per_image(arrays: ArrayArchive, source: str) -> EmbeddingTable:
    names = list(arrays.headers)
    lengths = {header.shape for header in arrays.headers.values()}
    if len(lengths) > 1:
        raise FileFormatError(
            f"{source} holds an array per image, of {len(lengths)} different lengths; save vectors of one model"
        )
    with np.errstate(over="ignore"):
        return EmbeddingTable(names, np.stack([arrays[name].astype(np.float32) for name in reported(names)]))
