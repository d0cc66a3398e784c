"""Files and folders that outlive a power cut, complete or not at all."""

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO


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


def is_disk_full(error: Exception) -> bool:
    """Return whether an error says that there is no space left."""
    if isinstance(error, OSError):
        # NumPy has no number for it, and says "9600 requested and 6112 written".
        is_cut_short = error.errno is None and str(error).endswith(" written")
        return is_cut_short or error.errno in (errno.ENOSPC, errno.EDQUOT)
    # SQLite says it in its message, psycopg by the class below SQLAlchemy's error.
    return "disk is full" in str(error) or "DiskFull" in type(error.__cause__).__name__
