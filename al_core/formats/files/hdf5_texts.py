"""Texts of variable length in an HDF5 file (file format specification 3.0, III.E and VIII.C).

The HDF5 library trusts the sizes that a damaged file gives: it allocates gigabytes, or never returns.
"""

import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError

_HEAP = b"GCOL\x01\0\0\0"
REFERENCE = struct.Struct("<IQI")
"""A text of variable length: how long it is, the address of the heap it is in, and its number there."""

_HEADER = struct.Struct("<H6xQ")
"""The header of a heap entry: its number, and the size of its content, which is padded to eight bytes."""


def read_texts(path: Path, dataset: Any) -> list[str]:
    """Return a column of texts of variable length.

    Raises:
        FileFormatError: If a text is not where the file says, or the column is packed by anything but gzip.
    """
    where = f"{path.name}, {dataset.name!a}"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return texts_of_references(where, content, _references(where, dataset, content))


def texts_of_references(where: str, content: mmap.mmap, references: Iterable[tuple[int, int, int]]) -> list[str]:
    """Return the texts that references mean: the length of each, the address of its heap and its number there.

    Raises:
        FileFormatError: If a text is not where its reference says.
    """
    texts: list[str] = []
    heaps: dict[int, dict[int, tuple[int, int]]] = {}
    for size, address, number in references:
        if not size:
            texts.append("")
            continue
        if address not in heaps:
            heaps[address] = dict(_entries(content, address))
        start, length = heaps[address].get(number, (0, 0))
        # Also where the heap has no such entry: its length counts as 0.
        if size > length:
            raise FileFormatError(f"{where}: text {len(texts)} counting from 0 is not in the file; write it again")
        texts.append(_decoded(where, content[start : start + size]))
    return texts


def _references(where: str, dataset: Any, content: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Return the length of each text, the heap it is in and its number there."""
    n_bytes = dataset.size * REFERENCE.size
    if dataset.chunks is None:
        start = dataset.id.get_offset()
        raw = b"" if start is None else content[start : start + n_bytes]
    else:
        raw = b"".join(_unpacked(where, dataset, number) for number in range(dataset.id.get_num_chunks()))
    if len(raw) < n_bytes:
        raise FileFormatError(f"{where}: {dataset.size:,} texts are declared but not all are there; write it again")
    return REFERENCE.iter_unpack(raw[:n_bytes])


def _unpacked(where: str, dataset: Any, number: int) -> bytes:
    packed: bytes
    # A chunk as it is in the file: the library would unpack it to whatever size the file claims.
    offset = dataset.id.get_chunk_info(number).chunk_offset
    skipped, packed = dataset.id.read_direct_chunk(offset)
    n_bytes = dataset.chunks[0] * REFERENCE.size
    filters = dataset.id.get_create_plist().get_nfilters()
    if offset != (number * dataset.chunks[0],) or filters != (dataset.compression == "gzip"):
        raise FileFormatError(f"{where}: texts packed in another way than by gzip are not read; write them unpacked")
    return zlib.decompressobj().decompress(packed, n_bytes) if filters and not skipped else packed


def _entries(content: mmap.mmap, address: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Return the number of each entry of a heap, where it starts and how long it is."""
    if content[address : address + len(_HEAP)] != _HEAP:
        return
    n_bytes = int.from_bytes(content[address + 8 : address + 16], "little")
    end = min(address + n_bytes, len(content))
    # After the signature, the version and the size.
    at = address + 16
    while at + _HEADER.size <= end:
        number, size = _HEADER.unpack_from(content, at)
        at += _HEADER.size
        if number == 0 or size > end - at:
            return
        yield number, (at, size)
        at += -(-size // 8) * 8


def _decoded(where: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{where}: {raw[:40]!r} is not UTF-8; write the texts as UTF-8") from error
