"""Writing what a packed file holds, block by block and within the limits."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO

from al_core.formats.files.decoded_size import OBJECTS_PER_TEXT, check_decoded_size, check_ratio, max_decoded_bytes

BLOCK_BYTES = 2**20
_ANNOUNCED_BYTES = 2**26
"""Memory is asked for in steps of this: each question may wait for other files."""


def blocks_of(stream: IO[bytes]) -> Iterable[bytes]:
    """Yield the content of a stream in blocks."""
    return iter(lambda: stream.read(BLOCK_BYTES), b"")


def write_blocks(blocks: Iterable[bytes], target: Path, packed: Path) -> Path:
    """Write blocks to a new file, and return it.

    Args:
        blocks: Unpacked, one after the other.
        target: The new file.
        packed: Where they come from, whose size limits theirs.

    Raises:
        FileFormatError: If they are far more than the size of the packed file, or more than may be read.
    """
    n_bytes = 0
    announced = 0
    with target.open("wb") as file:
        for block in blocks:
            n_bytes += len(block)
            check_ratio(n_bytes, packed)
            if n_bytes > announced:
                announced = n_bytes + _ANNOUNCED_BYTES
                check_decoded_size(n_bytes, packed.name)
                # Text takes more in memory than on disk, as `budget_of` says of a file that is not packed.
                check_decoded_size(min(OBJECTS_PER_TEXT * announced, max_decoded_bytes()), packed.name)
            file.write(block)
    return target
