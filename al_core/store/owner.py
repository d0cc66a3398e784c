"""Which process something in a workspace belongs to, and whether it still lives."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from al_core import disk
from al_core.store.identity import new_id

YOUNG_SECONDS = 24 * 3600
"""How old a file that bears no owner's name must be to be removed: an earlier version may be writing it."""


class Owner:
    """This process, as far as it has a workspace open, among the others that have or had it open.

    Each holds a locked file while it lives. The system drops the lock however the process ends, so whose file is not
    locked is gone.

    Args:
        folder: Holds the locked files.
    """

    def __init__(self, folder: Path) -> None:
        disk.make_folder(folder)
        self.id = new_id()
        self._folder = folder
        # Not one lock a thread: whichever thread closes the workspace gives up what all of them own.
        self._lock = FileLock(self._lock_file(self.id), thread_local=False)
        self._lock.acquire()
        while not self._lock_file(self.id).exists():
            # Another process saw the file before it was locked, and took it for that of one that is gone.
            self._lock.release()
            self._lock.acquire()

    def close(self) -> None:
        """Give up everything that this process owns."""
        self._lock.release()
        self._lock_file(self.id).unlink(missing_ok=True)

    def is_alive(self, owner_id: str) -> bool:
        """Return whether a process still has the workspace open; the file of one that has not is removed."""
        if owner_id == self.id:
            return True
        file = self._lock_file(owner_id)
        # Trying the lock would make the file.
        if not file.exists():
            return False
        try:
            with FileLock(file, blocking=False):
                # While it is locked: its process, if it only now comes to lock it, finds it gone and makes it again.
                # Windows removes no file that is open: there it stays, and the next one to look tries again.
                with suppress(PermissionError):
                    file.unlink(missing_ok=True)
                return False
        except Timeout:
            return True

    def remove_gone(self) -> list[str]:
        """Remove the files of processes that are gone, and return their ids."""
        owners = [file.stem for file in self._folder.glob("*.lock")]
        return [owner for owner in owners if not self.is_alive(owner)]

    def own_folder(self, folder: Path) -> Path:
        """Return the part of a folder that belongs to this process; the next process after its end removes it."""
        part = folder / self.id
        part.mkdir(parents=True, exist_ok=True)
        return part

    def remove_abandoned(self, folder: Path) -> None:
        """Remove the parts of a folder that belong to processes that are gone, and old files that belong to none."""
        for entry in folder.glob("*"):
            if entry.is_dir() and not self.is_alive(entry.name):
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.is_file() and entry.stat().st_mtime < time.time() - YOUNG_SECONDS:
                entry.unlink(missing_ok=True)

    def _lock_file(self, owner_id: str) -> Path:
        return self._folder / f"{owner_id}.lock"
