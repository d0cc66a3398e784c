"""HDF5 files with a matrix of floats and a list of filenames."""

import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.decoded_size import check_decoded_size, check_ratio
from al_core.formats.files.filename_rules import FILENAME_COLUMNS
from al_core.formats.files.hdf5_texts import read_texts
from al_core.formats.files.progress import reported

_MAGIC = b"\x89HDF\r\n\x1a\n"
_EMBEDDINGS = ("embeddings", "embedding", "features", "vectors")
_FILENAMES = (*FILENAME_COLUMNS, "filepaths", "paths", "names", "image_names")
_MAX_DATASETS = 10_000
_BLOCK_VALUES = 2**22
_TEXT_BYTES = 64
"""What a text is taken to need in memory, since the file does not say."""

_HDF5_ERRORS = (OSError, ValueError, RuntimeError, KeyError, TypeError, zlib.error)


def is_hdf5(path: Path, head: bytes) -> bool:
    """Return whether a file begins as an HDF5 file."""
    return head.startswith(_MAGIC)


def read_embeddings_hdf5(path: Path) -> EmbeddingTable:
    """Return the embeddings of an HDF5 file: a matrix of floats and texts of the same number, in any of its groups.

    Of several matrices the name decides; `filenames` and `labels` may be missing. Or vectors of one length by filename.

    Raises:
        FileFormatError: If the file is damaged, or has no such matrix, or several that could be meant.
    """
    import h5py

    with file_damage_explained(path.name, "HDF5 file", _HDF5_ERRORS), h5py.File(path, "r") as file:
        arrays = _arrays(file, path)
        matrices = {name: array for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind == "f"}
        if not matrices and _is_one_per_image(arrays):
            return _one_per_image(arrays, path.name)
        matrix = _chosen(matrices, _EMBEDDINGS, path.name, "matrix of floats (samples, D)")
        if matrix is None:
            raise FileFormatError(
                f"{path.name} holds no matrix of floats (samples, D); it holds {_listed(arrays) or 'nothing'}"
            )
        columns = {name: array for name, array in arrays.items() if array.shape == matrix.shape[:1]}
        labels = next((columns.pop(name) for name in list(columns) if _base(name) == "labels"), None)
        texts = {name: array for name, array in columns.items() if h5py.check_string_dtype(array.dtype)}
        filenames = _chosen(texts, _FILENAMES, path.name, "list of filenames")
        chosen = [array for array in (matrix, labels, filenames) if array is not None]
        check_decoded_size(sum(array.size * _value_bytes(array) for array in chosen), path.name)
        return EmbeddingTable(
            None if filenames is None else _values(path, filenames),
            _rows(matrix),
            None if labels is None else np.array(_values(path, labels)),
        )


def _is_one_per_image(arrays: dict[str, Any]) -> bool:
    is_vectors = all(array.ndim == 1 and array.dtype.kind == "f" for array in arrays.values())
    return bool(arrays) and is_vectors and len({array.shape for array in arrays.values()}) == 1


def _one_per_image(arrays: dict[str, Any], source: str) -> EmbeddingTable:
    check_decoded_size(sum(4 * array.size for array in arrays.values()), source)
    with np.errstate(over="ignore"):
        vectors = [array[()].astype(np.float32) for array in reported(arrays.values())]
    return EmbeddingTable(list(arrays), np.stack(vectors))


def _arrays(file: Any, path: Path) -> dict[str, Any]:
    """Return every array of the file itself by its path; links out of the file are not followed."""
    import h5py

    arrays: dict[str, Any] = {}

    def visit(name: str, entry: Any) -> bool | None:
        if isinstance(entry, h5py.Dataset) and entry.shape and all(entry.shape):
            arrays[name] = entry
        # Anything but None ends the visit.
        return True if len(arrays) > _MAX_DATASETS else None

    file.visititems(visit)
    for name, array in arrays.items():
        if array.external or array.is_virtual:
            raise FileFormatError(
                f"{path.name}, {name!a}: the values are in another file, which is not read; copy them"
            )
        # A chunk is unpacked whole, and may be larger than the array that it is of.
        n_values = max(array.size, math.prod(array.chunks or ()))
        check_ratio(n_values * _value_bytes(array), path)
    return arrays


def _value_bytes(array: Any) -> int:
    size: int = array.dtype.itemsize
    return max(_TEXT_BYTES, size) if array.dtype.kind in "OS" else size


def _listed(arrays: dict[str, Any]) -> str:
    return ", ".join(f"{name!a} {array.dtype} {array.shape}" for name, array in list(arrays.items())[:10])


def _chosen(candidates: dict[str, Any], names: tuple[str, ...], source: str, noun: str) -> Any:
    """Return the only candidate, or the one with the first of these names; None if there is no candidate."""
    for name in names:
        named = [array for path, array in candidates.items() if _base(path) == name]
        if len(named) == 1:
            return named[0]
    if len(candidates) > 1:
        raise FileFormatError(
            f"{source} holds more than one {noun}: {_listed(candidates)}; name one of them {names[0]!r}"
        )
    return next(iter(candidates.values()), None)


def _base(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _rows(matrix: Any) -> NDArray[np.float32]:
    rows = np.empty(matrix.shape, np.float32)
    step = max(1, _BLOCK_VALUES // matrix.shape[1])
    with np.errstate(over="ignore"):
        for start in reported(range(0, len(rows), step)):
            rows[start : start + step] = matrix[start : start + step]
    return rows


def _values(path: Path, column: Any) -> list[Any]:
    import h5py

    kind = h5py.check_string_dtype(column.dtype)
    if kind and kind.length is None:
        return read_texts(path, column)
    values: list[Any] = (column.asstr() if kind else column)[()].tolist()
    return values
