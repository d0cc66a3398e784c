"""A folder or tar with one vector per image, as .npy files named after the images."""

from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.npy import array_from_bytes
from al_core.formats.files.progress import reported
from al_core.formats.files.tree import open_tree, tree_names

_ENDING = ".npy"


def recognizes_vector_files(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds nothing but .npy files."""
    names = tree_names(path, head)
    return bool(names) and all(name.endswith(_ENDING) for name in names)


def read_vector_files(path: Path) -> EmbeddingTable:
    """Return the vectors by the names of their files without .npy.

    Raises:
        FileFormatError: Naming the first file that has no vector, or one of another length.
    """
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(_ENDING)]
    vectors = []
    for name in reported(names):
        array = array_from_bytes(tree.read(name), f"{tree.source}/{name}")
        if array.dtype.kind != "f" or array.size != max(array.shape, default=0) or not array.size:
            raise FileFormatError(
                f"{tree.source}/{name}: expected a vector of floats, found {array.dtype} of shape {array.shape}"
            )
        with np.errstate(over="ignore"):
            vectors.append(array.ravel().astype(np.float32))
        if len(vectors[-1]) != len(vectors[0]):
            raise FileFormatError(
                f"{tree.source}/{name} has a vector of {array.size} numbers, the first has {len(vectors[0])}"
            )
    if not vectors:
        raise FileFormatError(f"{tree.source} holds no .npy files; expected one per image")
    return EmbeddingTable([name.removesuffix(_ENDING) for name in names], np.stack(vectors))
