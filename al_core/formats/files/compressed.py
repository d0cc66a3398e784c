"""One file compressed by gzip, bzip2, xz or zstd."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.tree import is_tar
from al_core.formats.files.unpacking import blocks_of, write_blocks


def _open_zstd(path: Path) -> Any:
    import pyarrow as pa

    return pa.input_stream(str(path), compression="zstd")


_OPENERS: dict[bytes, tuple[str, Callable[[Path], IO[bytes]]]] = {
    b"\x1f\x8b": ("gzip file", gzip.open),  # type: ignore[dict-item]  # opened for reading bytes by default
    b"BZh": ("bzip2 file", bz2.open),
    b"\xfd7zXZ\x00": ("xz file", lzma.open),
    b"\x28\xb5\x2f\xfd": ("zstd file", _open_zstd),
}
_SUFFIXES = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd")
_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


def is_compressed(path: Path, head: bytes) -> bool:
    """Return whether a file is compressed and not a tar, which is read in place."""
    return head.startswith(tuple(_OPENERS)) and not is_tar(path, head)


def unpack_compressed(path: Path, folder: Path) -> Path:
    """Return the file within, under the name without the ending of the compression.

    Raises:
        FileFormatError: If it is damaged or unpacks to too much.
    """
    with path.open("rb") as file:
        head = file.read(8)
    noun, opener = next(entry for start, entry in _OPENERS.items() if head.startswith(start))
    name = path.stem if path.suffix.lower() in _SUFFIXES else path.name
    with file_damage_explained(path.name, noun, _ERRORS), opener(path) as stream:
        return write_blocks(blocks_of(stream), folder / name, path)
