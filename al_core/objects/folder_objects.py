"""Files of a folder of this machine, read as objects below an address are."""

import os
from collections.abc import Sequence
from pathlib import Path

from al_core.exceptions import WorkspaceError
from al_core.objects.address import is_address
from al_core.objects.objects import ByteRange, ObjectInfo, Objects


class FolderObjects:
    """The files of a folder; those of folders in it are left out.

    Args:
        folder: Its absolute path.
    """

    def __init__(self, folder: Path) -> None:
        self.address = str(folder)
        self._folder = folder

    def read_ranges(self, ranges: Sequence[ByteRange]) -> list[bytes]:
        """Return bytes of files, each as long as asked for.

        Raises:
            FileNotFoundError: If one of the files is not there.
            EOFError: If one of them is shorter than the range.
            WorkspaceError: If one of them cannot be read.
        """
        return [self._read(one) for one in ranges]

    def listing(self, prefix: str = "") -> list[ObjectInfo]:
        """Return the files, by name; with a prefix the one of that name, in a list that is empty if there is none.

        Raises:
            WorkspaceError: If the folder cannot be read.
        """
        try:
            names = [prefix] if prefix else sorted(os.listdir(self._folder))
            paths = [self._folder / name for name in names]
            return [_info(path) for path in paths if path.is_file()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._unreadable(self.address, error) from error

    def _read(self, one: ByteRange) -> bytes:
        path = self._folder / one.key
        try:
            with path.open("rb") as file:
                file.seek(one.start)
                block = file.read(one.end - one.start)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileNotFoundError(str(path)) from error
        except OSError as error:
            raise self._unreadable(str(path), error) from error
        if len(block) < one.end - one.start:
            raise EOFError(f"{one.key} is shorter than it should be: bytes {one.start} to {one.end} did not come")
        return block

    def _unreadable(self, path: str, error: OSError) -> WorkspaceError:
        return WorkspaceError(f"{path} cannot be read ({error.strerror}); let whoever runs al_core read it")


def objects_in(place: str) -> Objects | FolderObjects:
    """Return what reads the objects below an address, or the files of a folder with an absolute path."""
    return Objects(place) if is_address(place) else FolderObjects(Path(place))


def _info(path: Path) -> ObjectInfo:
    status = path.stat()
    return ObjectInfo(path.name, status.st_size, status.st_mtime)
