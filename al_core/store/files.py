"""Arrays and filenames as files that are either complete or absent."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from al_core import disk

BLOCK_BYTES = 1 << 24

Write = Callable[[IO[bytes]], object]
"""Writes the content of a file."""

FILENAMES = "filenames.arrow"
"""The file in a dataset's folder that holds the names of its samples."""


def write_array(path: Path, array: NDArray[Any], *, is_new: bool = False) -> None:
    """Store `array` as `.npy`, never pickled.

    Raises:
        FileExistsError: If the file `is_new`, and there is one.
    """
    disk.write_atomically(path, lambda file: np.lib.format.write_array(file, array, allow_pickle=False), is_new=is_new)


def read_array(path: Path) -> NDArray[Any]:
    """Return the array at `path`, mapped from disk and read-only."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def array_digest(array: NDArray[Any]) -> str:
    """Return the SHA-256 of type, shape and content, in hexadecimal."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    if array.size:
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for start in range(0, len(flat), BLOCK_BYTES):
            digest.update(flat[start : start + BLOCK_BYTES].data)
    return digest.hexdigest()


def write_filenames(path: Path, filenames: Sequence[str]) -> None:
    """Store filenames as an Arrow file with one column."""
    disk.write_atomically(path, lambda file: write_filenames_to(file, filenames))


def write_filenames_to(file: IO[bytes], filenames: Sequence[str]) -> None:
    """Write filenames as an Arrow file with one column."""
    import pyarrow as pa

    table = pa.table({"filename": pa.array(filenames, pa.large_string())})
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_filenames(path: Path) -> Any:
    """Return the filenames as an Arrow array, mapped from disk."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        column = pa.ipc.open_file(source).read_all().column("filename")
    # Joining chunks copies every name, and the file has one chunk unless it is very large.
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
