"""Files that are either complete or absent."""

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 1 << 24

FILENAMES = "filenames.arrow"
"""The file in a dataset's folder that holds the names of its samples."""


def write_atomically(
    path: Path,
    write: Callable[[IO[bytes]], object],
    check: Callable[[Path], object] | None = None,
    *,
    is_new: bool = False,
) -> None:
    """Call `write` with a temporary file that becomes `path` once its bytes are on disk and `check` has passed it.

    When this returns, a power cut loses neither the content nor the name.

    Raises:
        FileExistsError: If the file `is_new`, and there is one.
    """
    make_folder(path.parent)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if check:
            check(temporary)
        if is_new:
            # Unlike a rename, a link never takes the place of a file.
            os.link(temporary, path)
        else:
            temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents where they are missing, and return once their names are on disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Return once the names of the files in a folder are on disk: a synced file may lose its name in a power cut."""
    if os.name == "nt":
        # Windows opens no folders, and NTFS keeps a journal of names.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_array(path: Path, array: NDArray[Any], *, is_new: bool = False) -> None:
    """Store `array` as `.npy`, never pickled.

    Raises:
        FileExistsError: If the file `is_new`, and there is one.
    """
    write_atomically(path, lambda file: np.lib.format.write_array(file, array, allow_pickle=False), is_new=is_new)


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
    import pyarrow as pa

    table = pa.table({"filename": pa.array(filenames, pa.large_string())})

    def write(file: IO[bytes]) -> None:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)

    write_atomically(path, write)


def read_filenames(path: Path) -> Any:
    """Return the filenames as an Arrow array, mapped from disk."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        column = pa.ipc.open_file(source).read_all().column("filename")
    # Joining chunks copies every name, and the file has one chunk unless it is very large.
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
