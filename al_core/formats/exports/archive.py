"""Zip archives that we write, and text files cut at a tool's limits."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath

from al_core.exceptions import InvalidInputError

# The earliest time that a zip can hold: equal content gives equal bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_files(files: Iterable[tuple[str, bytes]], *, compress: bool = True) -> bytes:
    """Return a zip of (path, content), the same bytes for the same files.

    Raises:
        InvalidInputError: If a path leads out of the folder that it is unpacked to, or comes twice.
    """
    buffer = io.BytesIO()
    written: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for path, content in files:
            # A zip may hold a name twice; whoever unpacks it would lose one of them.
            if path in written:
                raise InvalidInputError(f"two samples would both be written to {path!r}; export them one by one")
            written.add(path)
            member = zipfile.ZipInfo(member_path(path), _EPOCH)
            member.compress_type = archive.compression
            archive.writestr(member, content)
    return buffer.getvalue()


def member_path(filename: str) -> str:
    """Return the filename if it stays inside the folder that it is unpacked to.

    Raises:
        InvalidInputError: If it is absolute, empty or has a part `..`.

    Examples:
        >>> member_path("day/a.png")
        'day/a.png'
        >>> member_path("../a.png")
        Traceback (most recent call last):
        ...
        al_core.exceptions.InvalidInputError: '../a.png' leads out of its folder; rename the sample to export it
    """
    # Whoever unpacks it may do so on Windows.
    paths = (PurePosixPath(filename), PureWindowsPath(filename))
    if any(path.anchor or not path.name or ".." in path.parts for path in paths):
        raise InvalidInputError(f"{filename!r} leads out of its folder; rename the sample to export it")
    return filename


def cut(lines: Iterable[bytes], *, max_lines: int, max_bytes: int) -> Iterator[list[bytes]]:
    """Return consecutive parts of at most so many lines and bytes, counting one separator per line.

    Examples:
        >>> list(cut([b"1", b"22", b"3"], max_lines=2, max_bytes=9))
        [[b'1', b'22'], [b'3']]
    """
    part: list[bytes] = []
    n_bytes = 0
    for line in lines:
        if part and (len(part) == max_lines or n_bytes + len(line) + 1 > max_bytes):
            yield part
            part = []
            n_bytes = 0
        part.append(line)
        n_bytes += len(line) + 1
    if part:
        yield part
