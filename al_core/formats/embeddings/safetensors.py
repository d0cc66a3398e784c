"""Safetensors (huggingface/safetensors, format.md): a length, a JSON header, and the numbers as they are in memory."""

import math
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.decoded_size import check_decoded_size

# The file begins with the length of its header, in 64 bits.
_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 100_000_000
"""The limit of the format itself."""

_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}
"""NumPy has no bfloat16: its bits are read as whole numbers."""

_MATRICES = ("embeddings", "embedding", "features", "vectors")


@dataclass(frozen=True)
class _Tensor:
    dtype: str
    shape: tuple[int, ...]
    start: int

    @property
    def n_values(self) -> int:
        return math.prod(self.shape)

    @property
    def is_matrix(self) -> bool:
        # A single row may be the vector of an image.
        return len(self.shape) == 2 and self.shape[0] > 1


def is_safetensors(path: Path, head: bytes) -> bool:
    """Return whether a file begins with the length of a JSON header and that header."""
    length = int.from_bytes(head[:_LENGTH_BYTES], "little")
    is_header = head[_LENGTH_BYTES : _LENGTH_BYTES + 2] in (b'{"', b"{}", b"{ ", b"{\n")
    return is_header and 2 <= length <= min(_MAX_HEADER_BYTES, path.stat().st_size - _LENGTH_BYTES)


def read_embeddings_safetensors(path: Path) -> EmbeddingTable:
    """Return the embeddings of a .safetensors file: one matrix of floats without filenames, or a vector per image.

    Raises:
        FileFormatError: If the file is damaged or holds no such tensors.
    """
    tensors = _tensors(path)
    matrices = {name: tensor for name, tensor in tensors.items() if tensor.is_matrix}
    named = [name for name in _MATRICES if name in matrices] or list(matrices)
    check_decoded_size(4 * sum(tensor.n_values for tensor in tensors.values()), path.name)
    if len(matrices) == 1 or (matrices and named[0] in _MATRICES):
        tensor = matrices[named[0]]
        return EmbeddingTable(None, _values(path, tensor).reshape(tensor.shape))
    lengths = {tensor.n_values for tensor in tensors.values()}
    if matrices or len(lengths) != 1 or lengths == {0}:
        first = islice(tensors.items(), 10)
        held = ", ".join(f"{name!a} {list(tensor.shape)}" for name, tensor in first)
        raise FileFormatError(
            f"{path.name} holds {held or 'no tensors'}; expected one matrix (samples, D) named 'embeddings', or a "
            "vector of one length for each filename"
        )
    return EmbeddingTable(list(tensors), np.stack([_values(path, tensor) for tensor in tensors.values()]))


def _tensors(path: Path) -> dict[str, _Tensor]:
    n_bytes = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if length > min(_MAX_HEADER_BYTES, n_bytes - _LENGTH_BYTES):
            raise FileFormatError(f"{path.name} is truncated or no safetensors file; write it again")
        raw = file.read(length)
    try:
        header = orjson.loads(raw)
        begin = _LENGTH_BYTES + length
        return {name: _tensor(entry, begin, n_bytes) for name, entry in header.items() if name != "__metadata__"}
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"{path.name} has a damaged header ({error}); write it again") from error


def _tensor(entry: Any, begin: int, n_bytes: int) -> _Tensor:
    shape = tuple(entry["shape"])
    start, end = entry["data_offsets"]
    if entry["dtype"] not in _DTYPES:
        raise ValueError(f"{entry['dtype']} is not a type of embeddings: expected {', '.join(_DTYPES)}")
    tensor = _Tensor(entry["dtype"], shape, begin + start)
    is_whole = all(type(number) is int and number >= 0 for number in (*shape, start, end))
    n_stored = tensor.n_values * _DTYPES[tensor.dtype].itemsize
    if not is_whole or begin + end > n_bytes or end - start != n_stored:
        raise ValueError(f"shape {list(shape)} and offsets {[start, end]} do not fit")
    return tensor


def _values(path: Path, tensor: _Tensor) -> NDArray[np.float32]:
    # Mapped, and a plain array: a memmap would make one of all that is computed from it.
    mapped = np.memmap(path, _DTYPES[tensor.dtype], "r", tensor.start, (tensor.n_values,))
    stored = np.asarray(mapped)
    if tensor.dtype == "BF16":
        # The upper half of the bits of a float32.
        return (stored.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):
        return stored.astype(np.float32)
