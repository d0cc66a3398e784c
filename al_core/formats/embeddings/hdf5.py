"""HDF5 files with a matrix of floats and a list of filenames."""

from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.hdf5_arrays import hdf5_arrays, last_part

_EMBEDDINGS = ("embeddings", "embedding", "features", "vectors")


def read_embeddings_hdf5(path: Path) -> EmbeddingTable:
    """Return the embeddings of an HDF5 file: a matrix of floats and texts of the same number, in any of its groups.

    Of several matrices the name decides; `filenames` and `labels` may be missing. Or vectors of one length by filename.

    Raises:
        FileFormatError: If the file is damaged, or has no such matrix, or several that could be meant.
    """
    with hdf5_arrays(path) as arrays:
        one_per_image = None if arrays.matrices else arrays.vectors_by_name()
        if one_per_image:
            return EmbeddingTable(*one_per_image)
        matrix = arrays.named(list(arrays.matrices), _EMBEDDINGS, "matrix of floats (samples, D)")
        if matrix is None:
            raise FileFormatError(
                f"{path.name} holds no matrix of floats (samples, D); it holds {arrays.listed() or 'nothing'}"
            )
        n_rows = arrays.matrices[matrix][0]
        labels = next((name for name in arrays.of_rows(n_rows) if last_part(name) == "labels"), None)
        return EmbeddingTable(
            arrays.filenames(n_rows),
            arrays.floats(matrix),
            None if labels is None else np.array(arrays.values(labels)),
        )
