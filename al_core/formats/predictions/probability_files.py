"""Class probabilities as `.npy` files, in a folder or below an address, that are never read as a whole."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats.files.npy import ArrayHeader, check_array_size, check_plain, read_array_header
from al_core.formats.predictions.class_cells import in_natural_order
from al_core.formats.predictions.probability_rows import NpyRows, ProbabilityRows
from al_core.objects.address import check_address, is_address
from al_core.objects.folder_objects import objects_in
from al_core.objects.objects import ByteRange, ObjectInfo

_SUFFIX = ".npy"
_HEADER_BYTES = 4_096
_HEADERS_AT_ONCE = 64


@dataclass(frozen=True)
class ProbabilityFiles:
    """An array (N, C) of class probabilities: one `.npy` file, or several whose rows follow each other in name order.

    Attributes:
        place: The address or path of the file, or of the folder of its parts.
        folder: Where the files are.
        files: As they were listed.
        headers: What they declare.
    """

    place: str
    folder: str
    files: tuple[ObjectInfo, ...]
    headers: tuple[ArrayHeader, ...]

    @classmethod
    def at(cls, place: str, tick: Callable[[], None] = lambda: None) -> "ProbabilityFiles":
        """Return the files at an address such as `s3://bucket/probabilities.npy`, or at a path; only headers are read.

        Args:
            place: Of a file, or of the folder of its parts.
            tick: Called between requests; it may raise to stop.

        Raises:
            NotFoundError: If there is no such file, or no `.npy` file in the folder.
            FileFormatError: If a file holds no table of floats, or another number of classes than the others.
            InvalidInputError: If the address is malformed, or it is in doubt in which order the files are.
            WorkspaceError: If they cannot be read.
        """
        place = check_address(place) if is_address(place) else str(Path(place).expanduser().resolve())
        folder, name = _split(place)
        files = _listed(folder, name)
        headers: list[ArrayHeader] = []
        for start in range(0, len(files), _HEADERS_AT_ONCE):
            tick()
            headers += _headers(folder, files[start : start + _HEADERS_AT_ONCE])
        _check_widths(files, headers)
        return cls(place, folder, tuple(files), tuple(headers))

    @property
    def n_rows(self) -> int:
        """How many rows all files have together."""
        return sum(header.shape[0] for header in self.headers)

    @property
    def n_classes(self) -> int:
        """How many columns they have."""
        return self.headers[0].shape[1]

    def rows(self, start: int, stop: int) -> ProbabilityRows:
        """Return the rows from start to stop, to be read in any process."""
        ends = np.cumsum([header.shape[0] for header in self.headers])
        parts = []
        for number in range(int(np.searchsorted(ends, start, side="right")), len(self.files)):
            first_row = int(ends[number]) - self.headers[number].shape[0]
            if first_row >= stop:
                break
            parts.append(self._rows_of(number, max(start - first_row, 0), min(stop, int(ends[number])) - first_row))
        return ProbabilityRows(self.folder, tuple(parts), self.n_classes)

    def _rows_of(self, number: int, start: int, stop: int) -> NpyRows:
        header = self.headers[number]
        first_byte = header.n_header_bytes + start * self.n_classes * header.dtype.itemsize
        return NpyRows(self.files[number].key, header.dtype.str, first_byte, stop - start)

    def check_unchanged(self) -> None:
        """Raise `InvalidInputError` if a file has been written again since they were found, or another one has come."""
        folder, name = _split(self.place)
        if tuple(_listed(folder, name)) != self.files:
            raise InvalidInputError(
                f"{self.place} was written again while its rows were read, so nothing is stored: start again once it "
                "stays as it is"
            )


def _split(place: str) -> tuple[str, str]:
    """Return the folder of a place, and the name of its file or nothing."""
    if not place.endswith(_SUFFIX):
        return place, ""
    folder, _, name = place.rpartition("/")
    return folder or "/", name


def _listed(folder: str, name: str) -> list[ObjectInfo]:
    listed = objects_in(folder).listing(name)
    if name:
        files = [one for one in listed if one.key == name]
        if not files:
            raise NotFoundError(f"there is no {folder}/{name}; correct the address, or write the file")
        return files
    # Systems leave hidden files beside others, such as ._part-0001.npy.
    files = [one for one in listed if one.key.endswith(_SUFFIX) and "/" not in one.key and one.key[0] != "."]
    if not files:
        below = next((one.key for one in listed if one.key.endswith(_SUFFIX)), None)
        hint = f"; '{below}' lies deeper: give the address of its folder" if below else ""
        raise NotFoundError(
            f"there is no .npy file at {folder}{hint or '; give the address of one, or of the folder of its parts'}"
        )
    _check_order([one.key for one in files])
    return files


def _check_order(names: Sequence[str]) -> None:
    for by_name, by_number in zip(names, in_natural_order(names), strict=True):
        if by_name != by_number:
            raise InvalidInputError(
                f"'{by_name}' comes before '{by_number}' by name and behind it by number, so the order of their rows "
                "is in doubt: write numbers with zeros in front, such as part-0002.npy"
            )


def _headers(folder: str, files: Sequence[ObjectInfo]) -> list[ArrayHeader]:
    ranges = [ByteRange(one.key, 0, min(one.n_bytes, _HEADER_BYTES)) for one in files]
    try:
        blocks = objects_in(folder).read_ranges(ranges)
    except (FileNotFoundError, EOFError) as error:
        raise InvalidInputError(f"{folder} was written again while its headers were read ({error}); try again") from (
            error
        )
    return [_header(folder, one, block) for one, block in zip(files, blocks, strict=True)]


def _header(folder: str, file: ObjectInfo, block: bytes) -> ArrayHeader:
    name = f"{folder}/{file.key}"
    header = read_array_header(io.BytesIO(block), name)
    check_array_size(header, file.n_bytes, name)
    check_plain(header, name)
    if len(header.shape) != 2:
        raise FileFormatError(
            f"{name}: expected a row for each sample and a column for each class, shape (N, C), found shape "
            f"{header.shape}; of two classes save both, or array[:, None]"
        )
    if header.dtype.kind != "f":
        raise FileFormatError(f"{name}: expected floats, found {header.dtype}; save it with array.astype('float32')")
    if header.fortran_order and 1 not in header.shape:
        raise FileFormatError(
            f"{name} is stored column by column, so no row can be read by itself; save np.ascontiguousarray(array)"
        )
    return header


def _check_widths(files: Sequence[ObjectInfo], headers: Sequence[ArrayHeader]) -> None:
    for file, header in zip(files, headers, strict=True):
        if header.shape[1] != headers[0].shape[1]:
            raise FileFormatError(
                f"{files[0].key} has {headers[0].shape[1]:,} classes and {file.key} {header.shape[1]:,}; all parts "
                "need the same classes"
            )
