"""The entries of COCO results, parsed some of them at a time: as Python's objects they take ten times their file."""

import json
import mmap
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.text import BOM, parse_json

BLOCK_BYTES = 2**22
"""How much of a file is parsed at once: 4 MB take 40 MB, and more at once is no faster."""

Block = tuple[int, int]
"""Where entries begin and end in their file."""


class Entries(Collection[Mapping[str, Any]]):
    """The entries of a list in a JSON file; each iteration parses the file again.

    Args:
        path: The file.
        blocks: Where its entries are.

    Raises:
        orjson.JSONDecodeError: If a block is not a row of entries.
    """

    def __init__(self, path: Path, blocks: list[Block]) -> None:
        self._path = path
        self._blocks = blocks
        self._n_entries = 0
        self.are_objects = True
        for entry in self:
            self._n_entries += 1
            self.are_objects = self.are_objects and isinstance(entry, dict)

    def __len__(self) -> int:
        return self._n_entries

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        with self._path.open("rb") as file:
            for first, last in self._blocks:
                file.seek(first)
                yield from parse_json(b"[" + file.read(last - first) + b"]")

    def __contains__(self, entry: object) -> bool:
        return any(other == entry for other in self)


class Texts:
    """Many short texts in one piece of memory: as objects of their own they would take several times as much.

    Args:
        texts: What to keep.

    Examples:
        >>> bytes(Texts([b"ab", b"", b"c"])[2])
        b'c'
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._content = bytearray()
        self._ends = array("q", [0])
        for text in texts:
            self._content += text
            self._ends.append(len(self._content))

    def __getitem__(self, number: int) -> memoryview:
        return memoryview(self._content)[self._ends[number] : self._ends[number + 1]]


def read_entries(path: Path) -> Entries | None:
    """Return the entries of a file that is a list of objects, or None if it has to be read whole."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not is_list(content):
            return None
        blocks = entry_blocks(content, entry_cut(content))
    try:
        entries = Entries(path, blocks)
    except orjson.JSONDecodeError:
        # Entries that hold objects may have been cut apart; or the file is damaged, and reading it whole says where.
        return None
    return entries if entries.are_objects else None


def first_entry(path: Path) -> Mapping[str, Any]:
    """Return the first entry of a list in a JSON file, which says what the others are; empty if it is none.

    Only the beginning of the file is read: an entry of more than `BLOCK_BYTES` is not looked at.
    """
    with path.open("rb") as file:
        start = file.read(BLOCK_BYTES).removeprefix(BOM).decode(errors="replace").lstrip()
    try:
        entry, _ = json.JSONDecoder().raw_decode(start, start.index("{", 1) if start.startswith("[") else 0)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def is_list(content: mmap.mmap) -> bool:
    """Return whether a file begins and ends as a list."""
    start = content[:HEAD_BYTES].removeprefix(BOM).lstrip()
    return start.startswith(b"[") and content[-HEAD_BYTES:].rstrip().endswith(b"]")


def entry_cut(content: mmap.mmap) -> bytes:
    """Return what lies between two entries, with or without a space, as the first ones have it."""
    return b"}, {" if b"}, {" in content[:HEAD_BYTES] else b"},{"


def entry_blocks(content: mmap.mmap, cut: bytes) -> list[Block]:
    """Return where the entries of a list begin and end, some megabytes of them at a time.

    Where a cut is inside a text or a nested list the block is no longer JSON: it is noticed and never misread.
    """
    first = content.find(b"[") + 1
    end = content.rfind(b"]")
    blocks: list[Block] = []
    while first < end:
        last = content.find(cut, first + BLOCK_BYTES, end)
        last = end if last < 0 else last + 1
        blocks.append((first, last))
        first = last + len(cut) - 2
    return blocks
