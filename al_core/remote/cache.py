import os
import re
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray

from al_core.exceptions import ServerError
from al_core.store import files
from al_core.store.records import StoredArray

UNUSED_SECONDS = 30 * 24 * 3600
DIGEST = re.compile(r"[0-9a-f]{64}")
Download = Callable[[IO[bytes]], object]


class Cache:
    """Files of servers kept on this machine: arrays under the digest of their content, which is checked on arrival.

    Args:
        folder: Made if it does not exist. What nobody has read for a month is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*/*"):
            if file.stat().st_mtime < time.time() - UNUSED_SECONDS:
                file.unlink(missing_ok=True)

    def array(self, stored: StoredArray, download: Download) -> NDArray[Any]:
        """Return an array, mapped from disk and read-only; `download` is called when it is not here yet.

        Raises:
            ServerError: If what arrives has not the content that was announced.
        """
        if not DIGEST.fullmatch(stored.digest):
            raise ServerError(f"the server named {stored.digest!r} as the digest of {stored.kind} '{stored.name}'")
        path = self._folder / "arrays" / f"{stored.digest}.npy"
        self._fetch(path, download, lambda draft: _check(draft, stored))
        return files.read_array(path)

    def filenames(self, key: str, download: Download) -> Any:
        """Return filenames as an Arrow array, mapped from disk; they never change under the same key."""
        path = self._folder / "filenames" / f"{sha256(key.encode()).hexdigest()}.arrow"
        self._fetch(path, download, _check_filenames)
        return files.read_filenames(path)

    def result_path(self, kind: str, name: str) -> Path:
        """Return where something calculated here lies; its name says from what content."""
        return self._folder / "results" / f"{sha256(f'{kind} {name}'.encode()).hexdigest()}.npy"

    def _fetch(self, path: Path, download: Download, check: Callable[[Path], None]) -> None:
        with self._lock:
            if path.exists():
                os.utime(path)
                return
            files.write_atomically(path, download, check)


def _check_filenames(draft: Path) -> None:
    import pyarrow as pa

    try:
        column = files.read_filenames(draft)
        # The buffers are somebody else's: without this, a wrong offset would be read as it is.
        column.validate(full=True)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise ServerError(f"the filenames did not arrive as an Arrow file ({error}); try again") from error
    if not pa.types.is_large_string(column.type):
        raise ServerError(f"the filenames arrived as {column.type}, not as text")


def _check(draft: Path, stored: StoredArray) -> None:
    try:
        is_as_announced = files.array_digest(files.read_array(draft)) == stored.digest
    except (ValueError, OSError):
        is_as_announced = False
    if not is_as_announced:
        raise ServerError(f"{stored.kind} '{stored.name}' did not arrive as the server announced it; try again")
