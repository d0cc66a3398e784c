"""The file of a backup: a tar of regular files, and the digest of all of them at its end.

    backup.json           what this is
    catalog.sqlite        the catalog, whatever database it came from
    datasets/ID/...       the files that it names, at their places in a home
    digest                SHA-256 of the names and contents of all of these, in this order

It is not compressed: arrays hardly shrink. Both writing and reading hold one block of one file in memory.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from al_core.exceptions import FileFormatError
from al_core.formats.files.tree import BoundedTarInfo
from al_core.store import files
from al_core.store.names import ID

FORMAT = "al_core backup"
VERSION = 1
"""Raised by changes that earlier versions of al_core would restore wrongly."""

DESCRIPTION = "backup.json"
CATALOG = "catalog.sqlite"
DATASETS = "datasets"
DIGEST = "digest"

MAX_DESCRIPTION_BYTES = 1 << 16
"""Of the first file, which is read whole; it has about 200 bytes, and more only with a long path."""

# Of a file inside: an image may be called a\b.png, but not where that is a file in a folder.
FORBIDDEN = re.compile(r"[\0\\:]" if os.name == "nt" else r"\0")


@dataclass(frozen=True)
class Description:
    """What a backup says of itself.

    Attributes:
        workspace_id: The id that home and catalog have.
        home: Where the workspace was, for paths in the catalog that lead into it.
        created_at: Milliseconds since 1970.
    """

    workspace_id: str
    home: str
    created_at: int


class ArchiveWriter:
    """Writes a backup, file by file; it is complete only after `close`."""

    def __init__(self, file: IO[bytes], description: Description) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - see `close`
        self._digest = hashlib.sha256()
        content = json.dumps({"format": FORMAT, "version": VERSION, **asdict(description)}).encode()
        self._add(DESCRIPTION, io.BytesIO(content), len(content))

    def add(self, name: str, path: Path) -> None:
        """Write a file.

        Raises:
            FileNotFoundError: If it is gone; nothing has been written then.
        """
        with path.open("rb") as content:
            self._add(name, content, os.fstat(content.fileno()).st_size)

    def close(self) -> None:
        """Write the digest and the end."""
        digest = self._digest.hexdigest().encode()
        self._add(DIGEST, io.BytesIO(digest), len(digest))
        self._tar.close()

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        _digest_header(self._digest, member)
        self._tar.addfile(member, _Digested(content, self._digest))


def extract(path: Path, folder: Path) -> Description:
    """Unpack a backup into an empty folder and return what it says of itself.

    Raises:
        FileFormatError: If it is not a backup, of a newer version, cut off, changed, or leads out of the folder.
    """
    digest = hashlib.sha256()
    with _damage_explained(path), path.open("rb") as file, _opened(path, file) as tar:
        members = iter(tar)
        description = _read_description(path, tar, next(members, None), digest)
        for member in members:
            content = _content(path, tar, member)
            if member.name == DIGEST:
                # One character more than a digest has, so that a longer content differs.
                _compare(path, content.read(len(digest.hexdigest()) + 1), digest)
                return description
            _digest_header(digest, member)
            _write(_target(path, folder, member.name), _Digested(content, digest), member.size)
    raise FileFormatError(f"{path.name} is cut off: its end is missing; use another backup")


class _Digested(io.RawIOBase):
    """A file whose content goes into a digest as it is read."""

    def __init__(self, content: IO[bytes], digest: "hashlib._Hash") -> None:
        self._content = content
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self._digest.update(block)
        return block


def _digest_header(digest: "hashlib._Hash", member: tarfile.TarInfo) -> None:
    # With the length, because a name must not run into a content.
    digest.update(f"{member.name}\0{member.size}\0".encode(errors="surrogateescape"))


@contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
    try:
        yield
    # What a name that is a folder elsewhere in the archive ends in, too: no writer makes such a thing.
    except (tarfile.TarError, EOFError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise FileFormatError(
            f"{path.name} is damaged or no backup of al_core ({error}); use another backup"
        ) from error


def _opened(path: Path, file: IO[bytes]) -> tarfile.TarFile:
    # A stream: members come one after the other, and nothing jumps back.
    return tarfile.open(path.name, mode="r|", fileobj=file, tarinfo=BoundedTarInfo)


def _read_description(
    path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo | None, digest: "hashlib._Hash"
) -> Description:
    foreign = FileFormatError(f"{path.name} is not a backup of al_core; give a file that `al-core backup` wrote")
    if member is None or member.name != DESCRIPTION or member.size > MAX_DESCRIPTION_BYTES:
        raise foreign
    _digest_header(digest, member)
    try:
        values = json.loads(_Digested(_content(path, tar, member), digest).read())
        is_ours = values["format"] == FORMAT
        version = int(values["version"])
        description = Description(str(values["workspace_id"]), str(values["home"]), int(values["created_at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise foreign from error
    if not is_ours:
        raise foreign
    if version > VERSION:
        raise FileFormatError(f"{path.name} was written by a newer version of al_core; restore it with that version")
    return description


def _content(path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise FileFormatError(
            f"{path.name} holds '{member.name}', which is not a regular file, and nothing else belongs in a backup; "
            "use another one"
        )
    return content


def _target(path: Path, folder: Path, name: str) -> Path:
    parts = name.split("/")
    # An empty part stands for a slash at the beginning, at the end, or twice.
    is_inside = not FORBIDDEN.search(name) and not {"", ".", ".."}.intersection(parts)
    is_of_dataset = len(parts) > 2 and parts[0] == DATASETS and ID.fullmatch(parts[1])
    if not is_inside or not (name == CATALOG or is_of_dataset):
        raise FileFormatError(f"{path.name} holds '{name}', which no backup of al_core has; nothing was restored")
    return folder.joinpath(*parts)


def _write(target: Path, content: io.RawIOBase, size: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    n_bytes = 0
    # `x`: a name that comes twice would leave the second content under the digest of both.
    with target.open("xb") as file:
        while block := content.read(files.BLOCK_BYTES):
            file.write(block)
            n_bytes += len(block)
    if n_bytes != size:
        raise EOFError(f"'{target.name}' has {n_bytes:,} of {size:,} bytes")


def _compare(path: Path, stored: bytes, digest: "hashlib._Hash") -> None:
    if stored != digest.hexdigest().encode():
        raise FileFormatError(
            f"{path.name} has changed since it was written: its digest is another; use another backup"
        )
