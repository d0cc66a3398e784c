"""NumPy arrays from files that are not trusted: nothing is unpickled, or allocated because a header says so."""

import io
import math
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError

_NPY_MAGIC = b"\x93NUMPY"
_READ_HEADER = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""By version of the format. Version 3 only adds names of fields that are not Latin-1."""

_LENGTH_BYTES = {(1, 0): 2, (2, 0): 4}
# As much as version 1.0 of the format can say in two bytes.
_MAX_HEADER_BYTES = 65_536
# Those of NumPy 1.
_MAX_DIMENSIONS = 32
_PLAIN_KINDS = "biufcUS"

# numpy evaluates the header as a Python literal of at most 10,000 characters and builds a dtype from it. Beside
# ValueError, either step raises these for text that no library has written.
_HEADER_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    RecursionError,
    MemoryError,
    tokenize.TokenError,
)


@dataclass(frozen=True)
class ArrayHeader:
    """What the header of a .npy file declares."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool
    n_header_bytes: int

    @property
    def n_bytes(self) -> int:
        """The bytes the file has if it is complete."""
        return self.n_header_bytes + math.prod(self.shape) * self.dtype.itemsize


def is_npy(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a .npy file."""
    return head.startswith(_NPY_MAGIC)


def read_array_header(stream: IO[bytes], source: str) -> ArrayHeader:
    """Return what an array declares, and leave the stream where its values begin.

    Raises:
        FileFormatError: If it is not an array, has a damaged header, or holds Python objects.
    """
    try:
        version = np.lib.format.read_magic(stream)
    except ValueError as error:
        raise FileFormatError(
            f"{source} is not a NumPy array: it does not begin as one; write it with np.save"
        ) from error
    if version not in _READ_HEADER:
        raise FileFormatError(f"{source}: version {version} of the format is not read; save a plain array with np.save")
    try:
        length = stream.read(_LENGTH_BYTES[version])
        text = stream.read(min(int.from_bytes(length, "little"), _MAX_HEADER_BYTES))
        shape, fortran_order, dtype = _parsed(version, length + text)
    except _HEADER_ERRORS as error:
        raise FileFormatError(
            f"{source}: expected a plain array, but its header is damaged; write it again with np.save"
        ) from error
    if dtype.hasobject:
        raise FileFormatError(
            f"{source} holds pickled Python objects, which can run code and are never loaded; "
            "save numbers with array.astype('float32') and names with np.array(names, dtype=str)"
        )
    if len(shape) > _MAX_DIMENSIONS or any(size < 0 for size in shape):
        raise FileFormatError(f"{source}: the header declares no valid shape ({shape!s:.80}); use np.save")
    return ArrayHeader(dtype, shape, fortran_order, stream.tell())


@lru_cache(maxsize=64)
def _parsed(version: tuple[int, int], header: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    # Remembered, because files with an array per image repeat one header a million times.
    return _READ_HEADER[version](io.BytesIO(header))


def check_plain(header: ArrayHeader, source: str) -> None:
    """Check that an array holds at least one number or text.

    Raises:
        FileFormatError: If it is structured or empty.
    """
    if header.dtype.kind not in _PLAIN_KINDS:
        raise FileFormatError(
            f"{source}: expected a plain array, found {header.dtype}; structured arrays are not read, "
            "save each field by itself"
        )
    if header.n_bytes == header.n_header_bytes:
        raise FileFormatError(f"{source} is empty: its shape is {header.shape}; save at least one row")


def check_array_size(header: ArrayHeader, n_bytes: int, source: str) -> None:
    """Check that a file of so many bytes holds the whole array and nothing else.

    Raises:
        FileFormatError: Naming both sizes.
    """
    if n_bytes != header.n_bytes:
        kind = "truncated" if n_bytes < header.n_bytes else "followed by other data"
        raise FileFormatError(
            f"{source} is {kind}: shape {header.shape} of {header.dtype} takes {header.n_bytes:,} bytes, "
            f"it has {n_bytes:,}; write or copy it again"
        )


def npy_header(path: Path) -> ArrayHeader:
    """Return what a .npy file declares.

    Raises:
        FileFormatError: If the file is not a plain array, or truncated.
    """
    with path.open("rb") as file:
        header = read_array_header(file, path.name)
    check_array_size(header, path.stat().st_size, path.name)
    check_plain(header, path.name)
    return header


def read_npy(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file, mapped from disk and read-only.

    Raises:
        FileFormatError: If the file is truncated, holds Python objects or no array at all.
    """
    header = npy_header(path)
    offset = header.n_header_bytes
    mapped = np.memmap(path, header.dtype, "r", offset, header.shape, "F" if header.fortran_order else "C")
    return np.asarray(mapped)


def array_from_bytes(content: bytes, source: str) -> NDArray[Any]:
    """Return the array of a .npy file that is in memory; it may be structured or empty.

    Raises:
        FileFormatError: If it is truncated, holds Python objects or no array at all.
    """
    header = read_array_header(io.BytesIO(content), source)
    check_array_size(header, len(content), source)
    return array_behind(header, content)


def array_behind(header: ArrayHeader, content: bytes) -> NDArray[Any]:
    """Return the values of a complete .npy file whose header has been read, without a copy."""
    flat = np.frombuffer(content, header.dtype, offset=header.n_header_bytes)
    return flat.reshape(header.shape, order="F" if header.fortran_order else "C")


def float_matrix(array: NDArray[Any], source: str) -> NDArray[np.float32]:
    """Return a (rows, columns) array of floats as float32, without a copy if it is that already.

    Raises:
        FileFormatError: If the array has another number of dimensions or another kind of numbers.
    """
    if array.ndim != 2:
        raise FileFormatError(
            f"{source}: expected one row per sample, shape (rows, columns), found shape {array.shape}"
        )
    if array.dtype.kind != "f":
        raise FileFormatError(f"{source}: expected floats, found {array.dtype}; save it with array.astype('float32')")
    # A value too large for float32 becomes infinite, which the check of the values reports with its row.
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)
