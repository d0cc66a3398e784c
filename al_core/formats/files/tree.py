"""The files of a folder, zip or tar, read in place: nothing is unpacked, so no name in an archive can lead anywhere."""

import os
import tarfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from al_core.exceptions import FileFormatError
from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.decoded_size import OBJECTS_PER_TEXT, check_decoded_size, check_ratio

MAX_FILES = 2_000_000
MAX_FILE_BYTES = 2**31
_MAX_HEADER_BYTES = 2**20
"""Long names and attributes in a tar, which tarfile reads whole; paths have at most some thousand bytes."""

_OF_SYSTEMS = (".ds_store", "thumbs.db", "desktop.ini")
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PAX_TYPES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
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
        names: Every file in it, in a fixed order, without those of operating systems.
    """

    source: str
    names: list[str]

    def n_bytes(self, name: str) -> int:
        """Return the size of a file, unpacked."""

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
    if not (head.startswith(b"PK\x03\x04") or is_tar(path, head)):
        return []
    stat = path.stat()
    return _archive_names(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1)
def _archive_names(path: Path, changed_at: int, n_bytes: int) -> list[str]:
    # Several formats ask for the names in turn, and a compressed tar is unpacked to list them.
    return open_tree(path).names


def open_tree(path: Path) -> FileTree:
    """Return the files of a folder, zip or tar; a text file is one without others.

    Raises:
        FileFormatError: If the archive is damaged, unpacks to far more than its size, or holds too many files.
    """
    if path.is_dir():
        return _Folder(path)
    if path.suffix.lower() == ".txt":
        return _OneFile(path)
    with _damage(path.name):
        return _Zip(path) if zipfile.is_zipfile(path) else _Tar(path)


def place_in(tree: FileTree, name: str) -> str:
    """Return where a file is, for messages: behind its tree, unless it is alone."""
    return name if tree.source == name else f"{tree.source}/{name}"


class _Folder:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._path = path
        files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
        relative_names = (file.relative_to(path).as_posix() for file in files)
        self.names = sorted(_limited(relative_names, self.source))

    def n_bytes(self, name: str) -> int:
        return (self._path / name).stat().st_size

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        path = self._path / name
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise FileFormatError(f"{self.source}/{name} leads out of the folder; copy the file into it")
        _check_size(path.stat().st_size, f"{self.source}/{name}", max_bytes)
        return path.read_bytes()


class _OneFile:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self.names = [path.name]
        self._path = path

    def n_bytes(self, name: str) -> int:
        return self._path.stat().st_size

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        _check_size(self.n_bytes(name), name, max_bytes)
        return self._path.read_bytes()


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

    def n_bytes(self, name: str) -> int:
        return self._sizes[name]

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        if not self._sizes[name]:
            # Opening a member takes 100 microseconds, and of an archive of labels most may be empty.
            return b""
        _check_size(self._sizes[name], f"{self.source}/{name}", max_bytes)
        with _damage(self.source):
            return self._zip.read(name)


class _Tar:
    def __init__(self, path: Path) -> None:
        self.source = path.name
        self._tar = tarfile.open(path, tarinfo=BoundedTarInfo)  # noqa: SIM115 - stays open as long as the tree is there
        weakref.finalize(self, self._tar.close)
        self._members: dict[str, tarfile.TarInfo] = {}
        for member in self._tar:
            # On the way: a bomb is refused before it is walked through. Headers count too, which stay in memory.
            check_ratio(member.offset_data + member.size, path)
            if member.isfile():
                self._members[member.name.removeprefix("./")] = member
        self.names = list(_limited(iter(self._members), self.source))

    def n_bytes(self, name: str) -> int:
        return self._members[name].size

    def read(self, name: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        _check_size(self._members[name].size, f"{self.source}/{name}", max_bytes)
        with _damage(self.source):
            file = self._tar.extractfile(self._members[name])
            return file.read() if file else b""


class BoundedTarInfo(tarfile.TarInfo):
    """A member of a tar whose header is looked at before tarfile reads what belongs to it.

    The method is how tarfile dispatches on the type of a header, the same in all versions of Python since 3.0.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> "BoundedTarInfo":
        is_header = self.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, *_PAX_TYPES)
        if is_header and self.size > _MAX_HEADER_BYTES:
            raise FileFormatError(
                f"{Path(str(archive.name)).name} has a header of {self.size:,} bytes; "
                f"at most {_MAX_HEADER_BYTES:,} are read, pack it again"
            )
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise FileFormatError(f"{Path(str(archive.name)).name} has sparse files, which are not read; pack it again")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]  # typeshed leaves it out

    def _proc_gnusparse_10(self, *_: object) -> None:
        raise tarfile.ReadError("sparse files are not read")


def is_tar(path: Path, head: bytes) -> bool:
    """Return whether a file is a tar, compressed or not."""
    is_compressed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"))
    # A tar has its magic in the header of the first member.
    if path.is_dir() or not (is_compressed or head[257:262] == b"ustar"):
        return False
    try:
        tarfile.open(path, tarinfo=BoundedTarInfo).close()
    except FileFormatError:
        raise
    except ARCHIVE_ERRORS:
        return False
    return True


def announce_texts(tree: FileTree, names: Sequence[str]) -> None:
    """Announce that the content of these files is going to be in memory as Python's numbers and texts.

    Raises:
        FileFormatError: If that is more than may be.
    """
    check_decoded_size(OBJECTS_PER_TEXT * sum(map(tree.n_bytes, names)), tree.source)


def is_of_system(name: str) -> bool:
    """Return whether an operating system has put a file beside those of a person.

    Examples:
        >>> is_of_system("__MACOSX/labels/._a.txt"), is_of_system("labels/.DS_Store"), is_of_system("labels/a.txt")
        (True, True, False)
    """
    folder, _, file = name.replace("\\", "/").rpartition("/")
    return "__MACOSX" in folder.split("/") or file.startswith("._") or file.lower() in _OF_SYSTEMS


def _limited(names: Iterator[str], source: str) -> Iterator[str]:
    for count, name in enumerate(names):
        if count == MAX_FILES:
            raise FileFormatError(f"{source} holds more than {MAX_FILES:,} files; split it")
        if not is_of_system(name):
            yield name


def _check_size(n_bytes: int, source: str, max_bytes: int) -> None:
    if n_bytes > max_bytes:
        raise FileFormatError(f"{source} has {n_bytes:,} bytes; at most {max_bytes:,} are read from one file")
    check_decoded_size(n_bytes, source)


def _damage(source: str) -> AbstractContextManager[None]:
    return file_damage_explained(source, "archive", ARCHIVE_ERRORS, "pack it again")


def is_unreadable(member: zipfile.ZipInfo) -> bool:
    """Return whether a member of a zip is encrypted or compressed by a rare method."""
    is_encrypted = bool(member.flag_bits & 1)
    return is_encrypted or member.compress_type not in _COMPRESSIONS
