"""How an array is cut into objects of whole rows, each of them a valid `.npy`."""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

PART_BYTES = 64 << 20
"""The most that one part holds, unless a single row is larger. A PUT of this size is one request, so a part is there
in full or not at all, and a writer holds no more than a few of them in memory; 100 GB are 1,500 parts."""


@dataclass(frozen=True)
class Part:
    """One object of an array.

    Attributes:
        n_rows: How many rows it holds.
        n_bytes: Its length, with its header.
    """

    n_rows: int
    n_bytes: int


@dataclass(frozen=True)
class PartHeader:
    """What the header of a part says.

    Attributes:
        shape: Of this part alone.
        dtype: The type of its values.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class RowRange:
    """Adjacent bytes of one part.

    Attributes:
        part: The number of the part.
        first_row: The first row, counted from the start of the array.
        n_rows: How many rows follow each other.
        start: The first byte in the part.
        end: The first byte behind them.
    """

    part: int
    first_row: int
    n_rows: int
    start: int
    end: int


def split(array: NDArray[Any], part_bytes: int = PART_BYTES) -> Iterator[NDArray[Any]]:
    """Yield an array in pieces of whole rows of at most `part_bytes`, at least one piece.

    Examples:
        >>> [len(piece) for piece in split(np.zeros((5, 2)), part_bytes=32)]
        [2, 2, 1]
    """
    if array.ndim == 0 or not array.nbytes:
        yield array
        return
    n_rows = max(1, part_bytes // (array.nbytes // len(array)))
    for start in range(0, len(array), n_rows):
        yield array[start : start + n_rows]


def encode(piece: NDArray[Any]) -> bytes:
    """Return the bytes of a part."""
    file = io.BytesIO()
    # `ascontiguousarray` gives a single number a dimension, which is taken back.
    np.lib.format.write_array(file, np.ascontiguousarray(piece).reshape(piece.shape), allow_pickle=False)
    return file.getvalue()


def read_header(file: IO[bytes]) -> PartHeader:
    """Return what the header of a part says.

    Raises:
        ValueError: If it is no header.
    """
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    return PartHeader(shape, np.dtype(dtype))


def write_header(file: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Write the header of a whole `.npy` file, whose rows follow."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_2_0(file, header)


def row_bytes(shape: Sequence[int], dtype: np.dtype[Any]) -> int:
    """Return the length of one row."""
    return math.prod(shape[1:]) * dtype.itemsize


def row_ranges(parts: Sequence[Part], rows: NDArray[np.int64], n_row_bytes: int, gap_bytes: int) -> Iterator[RowRange]:
    """Yield the ranges of bytes that hold ascending rows without repeats.

    Args:
        parts: Of the array, in order.
        rows: The rows that are needed.
        n_row_bytes: The length of a row.
        gap_bytes: Rows with no more than this between them are read together.

    Examples:
        >>> parts = [Part(4, 160), Part(4, 160)]
        >>> [(one.part, one.start, one.end) for one in row_ranges(parts, np.array([0, 1, 3, 5]), 8, gap_bytes=0)]
        [(0, 128, 144), (0, 152, 160), (1, 136, 144)]
    """
    if not len(rows):
        return
    ends = np.cumsum([part.n_rows for part in parts])
    numbers = np.searchsorted(ends, rows, side="right")
    gap_rows = gap_bytes // max(n_row_bytes, 1)
    # A range ends where the next row is too far away, or in another part.
    is_new = (np.diff(rows) > gap_rows + 1) | (np.diff(numbers) > 0)
    starts = np.concatenate([[0], np.flatnonzero(is_new) + 1])
    stops = np.concatenate([starts[1:], [len(rows)]])
    for start, stop in zip(starts, stops, strict=True):
        number = int(numbers[start])
        part = parts[number]
        first = int(rows[start])
        n_rows = int(rows[stop - 1]) - first + 1
        # Rows lie behind the header, whose length follows from that of the part.
        header = part.n_bytes - part.n_rows * n_row_bytes
        offset = header + (first - int(ends[number]) + part.n_rows) * n_row_bytes
        yield RowRange(number, first, n_rows, offset, offset + n_rows * n_row_bytes)
