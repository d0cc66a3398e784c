from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats.files.content import check_no_foreign, described
from al_core.formats.files.text import begins_as_json
from al_core.formats.files.tree import tree_names

Value = TypeVar("Value")

HEAD_BYTES = 4096
"""How much of a file `Reader.recognizes` gets to see."""

_DESCRIBED = 5
"""How many formats an error describes; of more it says the names."""


@dataclass(frozen=True)
class Reader(Generic[Value]):
    """One file format that can be read.

    Attributes:
        name: The key in its registry and the value of `format=`.
        label: The name people know it by.
        description: One line for the dashboard and the documentation: what the file holds.
        suffixes: Lower-case endings with the dot.
        recognizes: From the path and the first `HEAD_BYTES` bytes, whether the content is of this format.
        read: The path in, the value out. Raises FileFormatError for bad content and nothing else.
        companion: What a second file describes, which `read` then takes as its second argument; empty if there is none.
        takes_choices: Whether `read` takes `choices`, a `ReadingChoices`, by that name.
    """

    name: str
    label: str
    description: str
    suffixes: tuple[str, ...]
    recognizes: Callable[[Path, bytes], bool]
    read: Callable[..., Value]
    companion: str = ""
    takes_choices: bool = False


def registry(*readers: Reader[Value]) -> dict[str, Reader[Value]]:
    """Return the readers by name, in the order in which they are tried."""
    return {reader.name: reader for reader in readers}


def choose(
    path: Path,
    readers: dict[str, Reader[Value]],
    *,
    format: str | None = None,
    max_bytes: int | None = None,
    belongs: Callable[[Path, bytes], str | None] = lambda path, head: None,
) -> Reader[Value]:
    """Return the reader for a file: the one asked for, else by content, else by suffix.

    Args:
        path: A file or folder.
        readers: Those to choose from.
        format: The name of one of them, in place of what the content says.
        max_bytes: How large the file may be.
        belongs: From the path and the first bytes of a file that none of them reads, what it is and where to add it,
            as it goes on after "x is"; None if that is unknown too.

    Raises:
        NotFoundError: If there is no such file.
        InvalidInputError: If `format` is unknown.
        FileFormatError: If the file is empty, larger than `max_bytes`, or of a kind that is unknown or not read.
    """
    head = check_file(path, max_bytes)
    if format is not None:
        if format not in readers:
            raise InvalidInputError(f"unknown format {format!r}; use one of {', '.join(readers)}")
        return readers[format]
    check_no_foreign(path, head)
    by_content = next((reader for reader in readers.values() if reader.recognizes(path, head)), None)
    if by_content:
        return by_content
    where = belongs(path, head)
    if where:
        raise FileFormatError(f"{path.name} is {where}")
    reader = _by_suffix(path, head, readers)
    if reader:
        return reader
    raise FileFormatError(
        f"{path.name} is {described(path, head)}: of no known format; {_expected(path, head, readers)}"
    )


def _suffix_of_kind(path: Path, head: bytes) -> str:
    if tree_names(path, head) or path.is_dir():
        return ".zip"
    return ".json" if begins_as_json(head) else ""


def _expected(path: Path, head: bytes, readers: dict[str, Reader[Value]]) -> str:
    """Return what could be given instead; of JSON and of archives what such a file would have to hold."""
    suffix = _suffix_of_kind(path, head)
    of_suffix = [reader for reader in readers.values() if suffix in reader.suffixes]
    if len(of_suffix) > _DESCRIBED:
        # What each holds would take a page, which there is: docs/formats.md.
        return f"expected one of {', '.join(reader.label for reader in of_suffix)}; the page on formats shows each"
    alike = [f"{reader.label} ({reader.description})" for reader in of_suffix]
    every = [f"{reader.label} ({', '.join(reader.suffixes)})" for reader in readers.values()]
    return f"expected one of {', '.join(alike or every)}"


def _by_suffix(path: Path, head: bytes, readers: dict[str, Reader[Value]]) -> Reader[Value] | None:
    """Return the reader that can say what is wrong with a file that begins like none: the only one with its suffix."""
    candidates = [reader for reader in readers.values() if path.suffix.lower() in reader.suffixes]
    return candidates[0] if len(candidates) == 1 and not path.is_dir() else None


def check_file(path: Path, max_bytes: int | None = None) -> bytes:
    """Return the first bytes of a file, none of a folder.

    Raises:
        NotFoundError: If there is no such file.
        FileFormatError: If it is empty, larger than `max_bytes`, or may not be read.
    """
    if not path.exists():
        raise NotFoundError(f"there is no file {path}; check the path")
    if path.is_dir():
        return b""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise FileFormatError(f"{path.name} cannot be read: {error.strerror}") from error
    if not head:
        raise FileFormatError(f"{path.name} is empty (0 bytes); write it again")
    n_bytes = path.stat().st_size
    if max_bytes is not None and n_bytes > max_bytes:
        raise FileFormatError(f"{path.name} has {n_bytes:,} bytes and the limit is {max_bytes:,}; choose another file")
    return head
