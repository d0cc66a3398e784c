"""Files that no count before reading finds: only the limits of the process hold them."""

import binascii
import lzma
import struct
from pathlib import Path

import numpy as np


def xz_of_four_gigabytes(path: Path) -> None:
    """Write a tar.xz whose header asks for a dictionary of 4 GB, which liblzma allocates at once."""
    content = bytearray(lzma.compress(bytes(20_480), filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}]))
    # The header of the block follows that of the stream; the size of the dictionary is its only property.
    n_bytes = 4 * (content[12] + 1)
    properties = content.index(b"\x21\x01", 12) + 2
    content[properties] = 40
    checksum = struct.pack("<I", binascii.crc32(content[12 : 12 + n_bytes - 4]))
    content[12 + n_bytes - 4 : 12 + n_bytes] = checksum
    path.write_bytes(bytes(content))


def numbers(path: Path, n_rows: int) -> Path:
    """Write a CSV file that takes a while to read."""
    values = np.linspace(0, 1, n_rows)
    lines = (f"image_{row}.png,{value:.6f}\n" for row, value in enumerate(values))
    path.write_text("filename,cat\n" + "".join(lines))
    return path
