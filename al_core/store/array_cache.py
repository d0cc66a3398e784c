import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from filelock import FileLock

from al_core import disk
from al_core.exceptions import WorkspaceError

N_LOCKS = 16
"""Two processes that need the same content fetch it once; content is spread over so many lock files by its name."""

LEFTOVER_SECONDS = 3600
"""A temporary file that is older was left by a killed process."""


class ArrayCache:
    """Copies of content that is elsewhere, on this machine's disk: the one used longest ago goes first.

    A file is complete and checked before it has its name. One that is removed while somebody has it mapped stays
    readable for them, as files do on Linux and macOS.

    Args:
        folder: Made when the first file comes.
        limit: The most that the files may take up together, in bytes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit

    def find(self, name: str) -> Path | None:
        """Return the file of that name, which counts as used now, or None if it is not here."""
        path = self.folder / name
        try:
            # The time of modification stands for that of the last use: many file systems do not note the latter.
            os.utime(path)
        except FileNotFoundError:
            return None
        except PermissionError:
            # Of another user: it is readable, and its age stays what it was.
            return path if path.exists() else None
        return path

    def get(
        self, name: str, n_bytes: int, fetch: Callable[[IO[bytes]], object], check: Callable[[Path], object]
    ) -> Path:
        """Return the file of that name; if it is not here, `fetch` writes it and `check` raises unless it is right.

        Raises:
            WorkspaceError: If it is larger than the cache or does not fit on the disk.
        """
        path = self.find(name)
        if path:
            return path
        self._check_fits(n_bytes)
        disk.make_folder(self.folder)
        with FileLock(self.folder / f"{_lock_number(name):02}.lock"):
            # Another process may have fetched it while this one waited.
            path = self.find(name)
            if path is None:
                path = self.folder / name
                self._make_room(n_bytes)
                self._write(path, n_bytes, fetch, check)
        return path

    def fits(self, n_bytes: int) -> bool:
        """Return whether content of that length may be kept."""
        return n_bytes <= self.limit

    def _check_fits(self, n_bytes: int) -> None:
        if not self.fits(n_bytes):
            raise WorkspaceError(
                f"{_gigabytes(n_bytes)} GB are needed at once on this machine, but its cache {self.folder} is limited "
                f"to {_gigabytes(self.limit)} GB; set AL_CORE_CACHE_GB to more",
                public="an array is larger than the cache of this server; its administrator can raise the limit",
            )

    def _write(
        self, path: Path, n_bytes: int, fetch: Callable[[IO[bytes]], object], check: Callable[[Path], object]
    ) -> None:
        try:
            disk.write_atomically(path, fetch, check)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise WorkspaceError(
                f"the cache {self.folder} has no room for {_gigabytes(n_bytes)} GB ({error.strerror}); free some, "
                "or set AL_CORE_CACHE to a folder on a larger disk",
                public="the disk of this server is full; its administrator has to free some of it",
            ) from error

    def _make_room(self, n_bytes: int) -> None:
        """Remove what was used longest ago, until there is room below the limit and on the disk."""
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        total = sum(size for _, size, _ in entries)
        free = shutil.disk_usage(self.folder).free
        for _, size, path in entries:
            if total + n_bytes <= self.limit and free >= n_bytes:
                return
            # Windows keeps a file that somebody has mapped.
            with suppress(OSError):
                path.unlink()
                total -= size
                free += size

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Return (time of last use, length, path) of the files; temporary ones of killed processes are removed."""
        entries = []
        for path in self.folder.iterdir():
            # Another process may remove it now.
            with suppress(FileNotFoundError):
                status = path.stat()
                if path.suffix == ".tmp":
                    if status.st_mtime < time.time() - LEFTOVER_SECONDS:
                        path.unlink()
                elif path.suffix != ".lock":
                    entries.append((status.st_mtime, status.st_size, path))
        return entries


def _lock_number(name: str) -> int:
    # Not `hash`, which differs from process to process.
    return sum(name.encode()) % N_LOCKS


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.2f}"
