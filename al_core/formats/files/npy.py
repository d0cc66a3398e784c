"""NumPy arrays from files that are not trusted: nothing is unpickled, evaluated, or allocated on a header's word."""

import io
import math
import re
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.tree import check_ratio

_NPY_MAGIC = b"\x93NUMPY"
_ZIP_MAGIC = b"PK\x03\x04"
_MAX_HEADER_BYTES = 65_536
_DESCR = re.compile(r"'descr'\s*:\s*'([<>|=]?[a-zA-Z]\d{0,6})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d\sL,]{0,1000})\)")


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


def is_zip(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a zip archive, which an .npz file is."""
    return head.startswith(_ZIP_MAGIC)


def npy_header(path: Path) -> ArrayHeader:
    """Return what a .npy file declares.

    Raises:
        FileFormatError: If the file is no plain array, or truncated.
    """
    with path.open("rb") as file:
        header = _read_header(file, path.name)
    _check_size(header, path.stat().st_size, path.name)
    return header


def read_npy(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file, mapped from disk and read-only.

    Raises:
        FileFormatError: If the file is truncated, holds Python objects or no array at all.
    """
    header = npy_header(path)
    mapped = np.memmap(
        path, header.dtype, "r", header.n_header_bytes, header.shape, "F" if header.fortran_order else "C"
    )
    return np.asarray(mapped)


class ArrayArchive:
    """The arrays of an .npz file: headers at once, each array when it is asked for.

    Attributes:
        headers: What each array declares, by name.

    Raises:
        FileFormatError: If the file is no .npz file, is damaged, or unpacks to far more than its size.
    """

    headers: dict[str, ArrayHeader]

    def __init__(self, path: Path) -> None:
        self._path = path
        with _zip_errors(path.name):
            self._zip = zipfile.ZipFile(path)
            try:
                self._members = {info.filename.removesuffix(".npy"): info for info in self._zip.infolist()}
                self._check_members()
                self.headers = {name: self._header(name) for name in self._members}
            except BaseException:
                self._zip.close()
                raise

    def __enter__(self) -> "ArrayArchive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._zip.close()

    def __getitem__(self, name: str) -> NDArray[Any]:
        header = self.headers[name]
        with _zip_errors(self._path.name), self._zip.open(self._members[name]) as member:
            content = member.read()
        return _array(content, header)

    def matrix(self, *names: str) -> NDArray[np.float32]:
        """Return the array of the first of these names that is there, else the only two-dimensional one, as float32.

        Raises:
            FileFormatError: Listing the arrays that are there.
        """
        two_dimensional = [name for name, header in self.headers.items() if len(header.shape) == 2]
        found = [name for name in names if name in self.headers] or two_dimensional
        if not found or (len(found) > 1 and found[0] not in names):
            there = ", ".join(f"{name!a} {header.shape}" for name, header in list(self.headers.items())[:10])
            raise FileFormatError(f"{self._path.name} has no array {names[0]!r}; it holds {there}; rename one")
        return float_matrix(self[found[0]], f"{self._path.name}, array {found[0]!r}")

    def texts(self, name: str) -> list[str] | None:
        """Return a one-dimensional array of text as a list, or None if there is no array of that name.

        Raises:
            FileFormatError: If the array is not one-dimensional text.
        """
        if name not in self.headers:
            return None
        source, header = f"{self._path.name}, array {name!r}", self.headers[name]
        if len(header.shape) != 1 or header.dtype.kind not in "US":
            raise FileFormatError(
                f"{source}: expected one-dimensional text, found {header.dtype} of shape {header.shape}; "
                "save it with np.array(names, dtype=str)"
            )
        array = self[name]
        try:
            return list((np.char.decode(array, "utf-8") if header.dtype.kind == "S" else array).tolist())
        except ValueError as error:
            raise FileFormatError(f"{source} is not valid text; save it with np.array(names, dtype=str)") from error

    def rows(self, name: str) -> "ArchiveRows":
        """Return the rows of an array, each unpacked when it is asked for; they outlive the archive.

        Raises:
            FileFormatError: If the array is in Fortran order, in which no row is in one piece.
        """
        return ArchiveRows(self._path, self._members[name], self.headers[name])

    def _header(self, name: str) -> ArrayHeader:
        source = f"{self._path.name}, array {name!r}"
        with self._zip.open(self._members[name]) as member:
            header = _read_header(member, source)
        _check_size(header, self._members[name].file_size, source)
        return header

    def _check_members(self) -> None:
        name = self._path.name
        if not self._members:
            raise FileFormatError(f"{name} holds no arrays; write it with np.savez")
        check_ratio(sum(info.file_size for info in self._members.values()), self._path)
        for info in self._members.values():
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise FileFormatError(
                    f"{name}, array {info.filename!a}: encrypted or of unknown compression; use np.savez"
                )


class ArchiveRows:
    """The rows of an array in an .npz file: the next one is near, an earlier one is unpacked from the start."""

    def __init__(self, path: Path, info: zipfile.ZipInfo, header: ArrayHeader) -> None:
        self._source, self._header = f"{path.name}, array {info.filename!a}", header
        if header.fortran_order:
            raise FileFormatError(f"{self._source} is in Fortran order; save it with np.ascontiguousarray(array)")
        archive = zipfile.ZipFile(path)
        weakref.finalize(self, archive.close)
        self._member = archive.open(info)

    def __len__(self) -> int:
        return self._header.shape[0]

    def __getitem__(self, row: int) -> NDArray[Any]:
        shape, dtype = self._header.shape[1:], self._header.dtype
        n_bytes = math.prod(shape) * dtype.itemsize
        with _zip_errors(self._source):
            self._member.seek(self._header.n_header_bytes + row * n_bytes)
            content = self._member.read(n_bytes)
            return np.frombuffer(content, dtype).reshape(shape)


def array_from_bytes(content: bytes, source: str) -> NDArray[Any]:
    """Return the array of a .npy file that is in memory.

    Raises:
        FileFormatError: If it is truncated, holds Python objects or no array at all.
    """
    header = _read_header(io.BytesIO(content), source)
    _check_size(header, len(content), source)
    return _array(content, header)


def _array(content: bytes, header: ArrayHeader) -> NDArray[Any]:
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


def _read_header(stream: IO[bytes], source: str) -> ArrayHeader:
    start = stream.read(8)
    if not start.startswith(_NPY_MAGIC) or len(start) < 8:
        raise FileFormatError(f"{source} is not a NumPy array: it does not begin as one; write it with np.save")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > _MAX_HEADER_BYTES:
        raise FileFormatError(f"{source}: the header claims {length:,} bytes; write the file again with np.save")
    text = stream.read(length).decode("latin-1")
    # NumPy evaluates the header as Python; patterns cannot be made to crash or to run for long.
    descr, order, shape = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not (descr and order and shape):
        raise FileFormatError(
            f"{source}: expected a plain array; structured or damaged headers are not read; use np.save"
        )
    n_header_bytes = 8 + width + length
    return ArrayHeader(_dtype(descr[1], source), _shape(shape[1], source), order[1] == "True", n_header_bytes)


def _dtype(descr: str, source: str) -> np.dtype[Any]:
    if descr.lstrip("<>|=").startswith("O"):
        raise FileFormatError(
            f"{source} holds pickled Python objects, which can run code and are never loaded; "
            "save numbers with array.astype('float32') and names with np.array(names, dtype=str)"
        )
    try:
        return np.dtype(descr)
    except (TypeError, ValueError) as error:
        raise FileFormatError(f"{source}: unknown dtype {descr!r}; save it as float32") from error


def _shape(text: str, source: str) -> tuple[int, ...]:
    sizes = [size.strip().removesuffix("L") for size in text.split(",") if size.strip()]
    if not all(size.isdigit() and len(size) <= 18 for size in sizes) or len(sizes) > 32:
        raise FileFormatError(f"{source}: the header declares no valid shape ({text:.80}); write the file with np.save")
    return tuple(int(size) for size in sizes)


def _check_size(header: ArrayHeader, n_bytes: int, source: str) -> None:
    if n_bytes != header.n_bytes:
        kind = "truncated" if n_bytes < header.n_bytes else "followed by other data"
        raise FileFormatError(
            f"{source} is {kind}: shape {header.shape} of {header.dtype} takes {header.n_bytes:,} bytes, "
            f"it has {n_bytes:,}; write or copy it again"
        )
    if header.n_bytes == header.n_header_bytes:
        raise FileFormatError(f"{source} is empty: its shape is {header.shape}; save at least one row")


@contextmanager
def _zip_errors(source: str) -> Iterator[None]:
    try:
        yield
    except FileFormatError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileFormatError(f"{source} is a damaged archive ({error}); write it again with np.savez") from error
