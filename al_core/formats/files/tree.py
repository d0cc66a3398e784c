"""The files of a folder, zip or tar, read in place: nothing is unpacked, so no name in an archive can lead anywhere."""

import os
import tarfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from al_core.exceptions import FileFormatError
from al_core.formats.files.damage import file_damage_explained

MAX_FILES = 2_000_000
MAX_COMPRESSION = 200
"""An archive that unpacks to more than this many times its size is refused, unless it is small."""

_SMALL_BYTES = 64 * 2**20
"""What unpacks to no more than this is read whatever its ratio: black masks pack a thousandfold."""

MAX_FILE_BYTES = 2**31
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What Python's libraries raise for a damaged zip or tar."""


class FileTree(Protocol):
    """Files by their path relative to the top, with forward slashes.

    Attributes:
        source: The name of the folder or archive.
        names: Every file in it, in a fixed order.
    """

    source: str
    names: list[str]

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """Return the content of a file.

        Raises:
            FileFormatError: If it is damaged or larger than `max_bytes`.
        """


def tree_names(path: Path, head: bytes) -> list[str]:
    """Return the files of a folder, zip or tar, none for anything else.

    Raises:
        FileFormatError: As `open_tree` does.
    """
    if path.is_dir():
        return open_tree(path).names
    if not (head.startswith(b"PK\x03\x04") or _is_tar(path, head)):
        return []
    stat = path.stat()
    return _archive_names(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1)
def _archive_names(path: Path, changed_at: int, n_bytes: int) -> list[str]:
    # Several formats ask for the names in turn, and a compressed tar is unpacked to list them.
    return open_tree(path).names


def open_tree(path: Path) -> FileTree:
    """Return the files of a folder, zip or tar.

    Raises:
        FileFormatError: If the archive is damaged, unpacks to far more than its size, or holds too many files.
    """
    if path.is_dir():
        return _Folder(path)
    with _damage(path.name):
        return _Zip(path) if zipfile.is_zipfile(path) else _Tar(path)


class _Folder:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._path = path
        files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
        relative_names = (file.relative_to(path).as_posix() for file in files)
        self.names = sorted(_limited(relative_names, self.source))

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        path = self._path / name
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise FileFormatError(f"{self.source}/{name} leads out of the folder; copy the file into it")
        _check_size(path.stat().st_size, f"{self.source}/{name}", max_bytes)
        return path.read_bytes()


class _Zip:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._zip = zipfile.ZipFile(path)
        weakref.finalize(self, self._zip.close)
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        check_ratio(sum(member.file_size for member in members), path)
        if any(map(is_unreadable, members)):
            raise FileFormatError(f"{self.source} is encrypted or of unknown compression; pack it as a plain zip")
        self._sizes = {member.filename: member.file_size for member in members}
        self.names = list(_limited(iter(self._sizes), self.source))

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        _check_size(self._sizes[name], f"{self.source}/{name}", max_bytes)
        with _damage(self.source):
            return self._zip.read(name)


class _Tar:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._tar = tarfile.open(path)  # noqa: SIM115 - stays open as long as the tree is there
        weakref.finalize(self, self._tar.close)
        self._members: dict[str, tarfile.TarInfo] = {}
        unpacked = 0
        for member in self._tar:
            # Sizes are checked on the way: a bomb is refused before it is walked through.
            unpacked += member.size
            check_ratio(unpacked, path)
            if member.isfile():
                self._members[member.name.removeprefix("./")] = member
        self.names = list(_limited(iter(self._members), self.source))

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        _check_size(self._members[name].size, f"{self.source}/{name}", max_bytes)
        with _damage(self.source):
            file = self._tar.extractfile(self._members[name])
            return file.read() if file else b""


def _is_tar(path: Path, head: bytes) -> bool:
    is_compressed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"))
    # A tar has its magic in the header of the first member.
    if path.is_dir() or not (is_compressed or head[257:262] == b"ustar"):
        return False
    try:
        return tarfile.is_tarfile(path)
    except ARCHIVE_ERRORS:
        return False


def _limited(names: Iterator[str], source: str) -> Iterator[str]:
    for count, name in enumerate(names):
        if count == MAX_FILES:
            raise FileFormatError(f"{source} holds more than {MAX_FILES:,} files; split it")
        yield name


def check_ratio(unpacked: int, path: Path) -> None:
    """Refuse a file that unpacks to more than `MAX_COMPRESSION` times its size, unless it is small.

    Raises:
        FileFormatError: Naming both.
    """
    if unpacked > max(_SMALL_BYTES, MAX_COMPRESSION * path.stat().st_size):
        raise FileFormatError(
            f"{path.name} unpacks to {unpacked:,} bytes or more, over {MAX_COMPRESSION} times its size; "
            "if that is right, save it uncompressed"
        )


def _check_size(n_bytes: int, source: str, max_bytes: int) -> None:
    if n_bytes > max_bytes:
        raise FileFormatError(f"{source} has {n_bytes:,} bytes; at most {max_bytes:,} are read from one file")


def _damage(source: str) -> AbstractContextManager[None]:
    return file_damage_explained(source, "archive", ARCHIVE_ERRORS, "pack it again")


def is_unreadable(member: zipfile.ZipInfo) -> bool:
    """Return whether a member of a zip is encrypted or compressed by a rare method."""
    is_encrypted = bool(member.flag_bits & 1)
    return is_encrypted or member.compress_type not in _COMPRESSIONS
