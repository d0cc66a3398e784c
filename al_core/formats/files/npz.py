"""Archives of NumPy arrays, of which no more is unpacked than is asked for."""

import math
import weakref
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.decoded_size import check_decoded_size, check_ratio
from al_core.formats.files.filename_rules import FILENAME_COLUMNS, array_of_filenames
from al_core.formats.files.npy import (
    ArrayHeader,
    array_behind,
    check_array_size,
    check_plain,
    float_matrix,
    read_array_header,
)
from al_core.formats.files.tree import ARCHIVE_ERRORS, is_unreadable, tree_names

_ZIP_MAGIC = b"PK\x03\x04"


def is_zip(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a zip archive, which an .npz file is."""
    return head.startswith(_ZIP_MAGIC)


def is_npz(path: Path, head: bytes) -> bool:
    """Return whether a file is a zip archive of nothing but arrays."""
    names = tree_names(path, head) if is_zip(path, head) else []
    return bool(names) and all(name.endswith(".npy") for name in names)


def holds_array(path: Path, head: bytes, n_dimensions: int) -> bool:
    """Return whether a file is an archive of arrays of which one has so many dimensions."""
    # The names first, which are looked up once for all formats: of a large archive they take seconds.
    if not is_npz(path, head):
        return False
    try:
        with ArrayArchive(path) as arrays:
            return any(len(header.shape) == n_dimensions for header in arrays.headers.values())
    except FileFormatError:
        return False


class ArrayArchive:
    """The arrays of an .npz file: headers at once, each array when it is asked for.

    Attributes:
        headers: What each array declares, by name.

    Raises:
        FileFormatError: If the file is not an .npz file, is damaged, or unpacks to far more than its size.
    """

    headers: dict[str, ArrayHeader]

    def __init__(self, path: Path) -> None:
        self._path = path
        with _damage(path.name):
            self._zip = zipfile.ZipFile(path)
            try:
                self._members = {member.filename.removesuffix(".npy"): member for member in self._zip.infolist()}
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
        check_decoded_size(header.n_bytes, f"{self._path.name}, array {name!r}")
        with _damage(self._path.name), self._zip.open(self._members[name]) as member:
            content = member.read()
        return array_behind(header, content)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the arrays of numbers."""
        return {name: header.shape for name, header in self.headers.items() if header.dtype.kind in "fiu"}

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return an array of numbers."""
        with np.errstate(over="ignore"):
            return self[name].astype(np.float32)

    def matrix(self, *names: str) -> NDArray[np.float32]:
        """Return the array of the first of these names that is there, else the only two-dimensional one, as float32.

        Raises:
            FileFormatError: Listing the arrays that are there.
        """
        two_dimensional = [name for name, header in self.headers.items() if len(header.shape) == 2]
        named = [name for name in names if name in self.headers]
        # Beside probabilities people save the predicted classes, whose array may be called predictions.
        candidates = [name for name in named if name in two_dimensional] or named or two_dimensional
        is_unclear = len(candidates) > 1 and candidates[0] not in names
        if not candidates or is_unclear:
            shapes = [f"{name!a} {header.shape}" for name, header in self.headers.items()]
            raise FileFormatError(
                f"{self._path.name} has no array {names[0]!r}; it holds {', '.join(shapes[:10])}; rename one"
            )
        return float_matrix(self[candidates[0]], f"{self._path.name}, array {candidates[0]!r}")

    def texts(self, name: str) -> list[str] | None:
        """Return a one-dimensional array of text as a list, or None if there is no array of that name.

        Raises:
            FileFormatError: If the array is not one-dimensional text.
        """
        if name not in self.headers:
            return None
        source = f"{self._path.name}, array {name!r}"
        header = self.headers[name]
        if len(header.shape) != 1 or header.dtype.kind not in "US":
            raise FileFormatError(
                f"{source}: expected one-dimensional text, found {header.dtype} of shape {header.shape}; "
                "save it with np.array(names, dtype=str)"
            )
        array = self[name]
        try:
            # NumPy pads texts of bytes (S), as TensorFlow gives paths, with zeros, and takes those off again.
            decoded = np.char.decode(array, "utf-8") if header.dtype.kind == "S" else array
            texts: list[str] = decoded.tolist()
            return texts
        except ValueError as error:
            raise FileFormatError(f"{source} is not valid text; save it with np.array(names, dtype=str)") from error

    def filenames(self, n_rows: int) -> list[str] | None:
        """Return the only list of texts that has one for each row, or the one that is named most like filenames.

        Raises:
            FileFormatError: If two lists could be meant.
        """
        of_rows = {name: header for name, header in self.headers.items() if header.shape == (n_rows,)}
        names = [name for name, header in of_rows.items() if header.dtype.kind in "US"]
        chosen = array_of_filenames(self._path.name, names, n_rows)
        if chosen is None:
            self._check_filenames()
            return None
        return self.texts(names[chosen])

    def _check_filenames(self) -> None:
        # Numbers under this name, or another number of texts, would be a mistake that order alone does not show.
        for name, header in self.headers.items():
            if name.lower() in FILENAME_COLUMNS:
                raise FileFormatError(
                    f"{self._path.name}, array {name!r}: expected one text per row, found {header.dtype} of shape "
                    f"{header.shape}; save it with np.array(names, dtype=str)"
                )

    def rows(self, name: str) -> "ArchiveRows":
        """Return the rows of an array, each unpacked when it is asked for; they outlive the archive.

        Raises:
            FileFormatError: If the array is in Fortran order, in which no row is in one piece.
        """
        return ArchiveRows(self._path, self._members[name], self.headers[name])

    def _header(self, name: str) -> ArrayHeader:
        source = f"{self._path.name}, array {name!r}"
        with self._zip.open(self._members[name]) as member:
            header = read_array_header(member, source)
        check_array_size(header, self._members[name].file_size, source)
        check_plain(header, source)
        return header

    def _check_members(self) -> None:
        name = self._path.name
        if not self._members:
            raise FileFormatError(f"{name} holds no arrays; write it with np.savez")
        check_ratio(sum(member.file_size for member in self._members.values()), self._path)
        for member in self._members.values():
            if is_unreadable(member):
                raise FileFormatError(
                    f"{name}, array {member.filename!a}: encrypted or of unknown compression; use np.savez"
                )


class ArchiveRows:
    """The rows of an array in an .npz file, each unpacked when it is asked for.

    In a compressed member a seek forward unpacks what lies between, and a seek back unpacks from the start: rows are
    best read in their order.
    """

    def __init__(self, path: Path, member: zipfile.ZipInfo, header: ArrayHeader) -> None:
        self._source = f"{path.name}, array {member.filename!a}"
        self._header = header
        if header.fortran_order:
            raise FileFormatError(f"{self._source} is in Fortran order; save it with np.ascontiguousarray(array)")
        archive = zipfile.ZipFile(path)
        # Closed with the last reference: nobody else knows how long the rows are needed.
        weakref.finalize(self, archive.close)
        self._member = archive.open(member)

    def __len__(self) -> int:
        return self._header.shape[0]

    def __getitem__(self, row: int) -> NDArray[Any]:
        shape = self._header.shape[1:]
        dtype = self._header.dtype
        n_bytes = math.prod(shape) * dtype.itemsize
        with _damage(self._source):
            self._member.seek(self._header.n_header_bytes + row * n_bytes)
            content = self._member.read(n_bytes)
            return np.frombuffer(content, dtype).reshape(shape)


def _damage(source: str) -> AbstractContextManager[None]:
    return file_damage_explained(source, "archive", ARCHIVE_ERRORS, "write it again with np.savez")
