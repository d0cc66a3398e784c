import os
import re
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import orjson
from numpy.typing import NDArray

from al_core import disk
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
        for file in folder.glob("**/*"):
            if file.is_file() and file.stat().st_mtime < time.time() - UNUSED_SECONDS:
                file.unlink(missing_ok=True)

    def array(self, stored: StoredArray, download: Download) -> NDArray[Any]:
        """Return an array, mapped from disk and read-only; `download` is called when it is not here yet.

        Raises:
            ServerError: If the downloaded content does not match the announced digest.
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

    def results(self, dataset_key: str, kind: str) -> list[StoredArray]:
        """Return the records of what was computed here for a dataset, oldest first."""
        results = []
        for path in self._results_folder(dataset_key).glob(f"{kind}-*.json"):
            record = orjson.loads(path.read_bytes())
            # JSON has lists alone.
            tuples = {name: tuple(record.get(name, ())) for name in ("shape", "parts")}
            stored = StoredArray(**record | tuples)
            # A record without its file is about to be replaced, or its file was removed as unused.
            if self.result_path(dataset_key, stored).exists():
                results.append(stored)
        return sorted(results, key=lambda stored: stored.created_at)

    def keep_result(self, dataset_key: str, stored: StoredArray, array: NDArray[Any]) -> None:
        """Keep an array that was computed here, in place of an older one of its name."""
        # Under its id: whoever reads an older one now is not disturbed, and a record never names another's array.
        files.write_array(self.result_path(dataset_key, stored), array)
        name_digest = sha256(stored.name.encode()).hexdigest()
        record = self._results_folder(dataset_key) / f"{stored.kind}-{name_digest}.json"
        replaced = orjson.loads(record.read_bytes())["id"] if record.exists() else None
        disk.write_atomically(record, lambda file: file.write(orjson.dumps(vars(stored))))
        # Only now that the record names the new array.
        if replaced:
            (record.parent / f"{replaced}.npy").unlink(missing_ok=True)

    def result_path(self, dataset_key: str, stored: StoredArray) -> Path:
        """Return the file of an array that was computed here."""
        return self._results_folder(dataset_key) / f"{stored.id}.npy"

    def _results_folder(self, dataset_key: str) -> Path:
        return self._folder / "results" / sha256(dataset_key.encode()).hexdigest()

    def _fetch(self, path: Path, download: Download, check: Callable[[Path], None]) -> None:
        # One at a time: threads that need the same file fetch it once.
        with self._lock:
            if path.exists():
                # Touched, so that it does not count as unused.
                os.utime(path)
                return
            disk.write_atomically(path, download, check)


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
