"""Masks as labeling tools have them."""

import io
from typing import NamedTuple

import numpy as np

from al_core.formats.predictions.object_masks import Pixels, runs_of

_SIZE_BITS = (3, 4, 8, 16)
"""How many bits Label Studio's run lengths may take; the encoder of its SDK chooses these four."""

_WORD_BITS = 8
"""Bits of a value in Label Studio's run lengths."""


class Extent(NamedTuple):
    """The smallest box around a mask, in pixels."""

    left: int
    top: int
    width: int
    height: int


def extent_of(pixels: Pixels) -> Extent:
    """Return the box around the pixels of a mask, of no size at 0, 0 for none.

    Examples:
        >>> extent_of(np.array([[0, 0, 0], [0, 1, 1]], bool))
        Extent(left=1, top=1, width=2, height=1)
    """
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    if not len(rows):
        return Extent(0, 0, 0, 0)
    left = int(columns[0])
    top = int(rows[0])
    right = int(columns[-1]) + 1
    bottom = int(rows[-1]) + 1
    return Extent(left, top, right - left, bottom - top)


def cvat_run_lengths(pixels: Pixels) -> str:
    """Return the run lengths inside the box around a mask as CVAT has them: line by line, pixels outside first.

    Examples:
        >>> cvat_run_lengths(np.array([[0, 0, 0], [0, 1, 0], [0, 1, 1]], bool))
        '0, 1, 1, 2'
    """
    left, top, width, height = extent_of(pixels)
    inside = pixels[top : top + height, left : left + width]
    return ", ".join(map(str, runs_of(inside.T).tolist()))


def brush_run_lengths(pixels: Pixels) -> list[int]:
    """Return a mask as Label Studio's brush has it: the bytes of run lengths of bits, of RGBA values line by line.

    After the number of values (32 bits), the bits of a value less 1 (5) and the four sizes of run lengths less 1 (4
    each) comes for each run: a 1, which of the sizes its length less 1 takes (2), that length, and the value, 0 or 255.
    `label_studio_sdk.converter.brush.decode_rle` reads it.
    """
    bits = [f"{4 * pixels.size:032b}", f"{_WORD_BITS - 1:05b}"]
    bits += [f"{size - 1:04b}" for size in _SIZE_BITS]
    value = 0
    for length in (4 * runs_of(pixels.T)).tolist():
        left = length
        while left:
            # A run that is too long for the largest size goes on as another one.
            part = min(left, 2 ** _SIZE_BITS[-1])
            size = next(number for number, size in enumerate(_SIZE_BITS) if part <= 2**size)
            bits.append(f"1{size:02b}{part - 1:0{_SIZE_BITS[size]}b}{value:08b}")
            left -= part
        value = 255 - value
    # A text of zeros and ones is packed faster than bits are shifted one by one.
    digits = np.frombuffer("".join(bits).encode("ascii"), np.uint8) - ord("0")
    packed: list[int] = np.packbits(digits).tolist()
    return packed


def mask_png(pixels: Pixels) -> bytes:
    """Return a mask as a PNG of black and white, as Labelbox takes it."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
