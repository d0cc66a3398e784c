"""Masks of Label Studio's brush: four channels of 8 bits, packed as runs by the rules of its image library."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.run_lengths import MAX_PIXELS

# Red, green, blue and alpha, of which alpha is the mask.
_CHANNELS = 4


def brush_mask(where: str, region: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the pixels of a brush stroke, (H, W); they are where the opacity, the fourth channel, is not 0.

    Raises:
        FileFormatError: If the runs are damaged, or do not fit the size of the image.
    """
    width = region.get("original_width")
    height = region.get("original_height")
    if not isinstance(width, int) or not isinstance(height, int) or not 0 < width * height <= MAX_PIXELS:
        raise FileFormatError(f"{where}: a brush has no size of its image, original_width and original_height")
    packed = region.get("rle")
    if not isinstance(packed, list) or not all(type(byte) is int and 0 <= byte < 256 for byte in packed):
        raise FileFormatError(f"{where}: expected 'rle', a list of bytes from 0 to 255; export the labels again")
    values = unpacked_brush(where, bytes(packed), _CHANNELS * width * height)
    mask: NDArray[np.bool_] = values[_CHANNELS - 1 :: _CHANNELS].reshape(height, width) > 0
    return mask


def unpacked_brush(where: str, packed: bytes, n_values: int) -> NDArray[np.uint8]:
    """Return the unpacked values.

    The bits are: 32 for the number of values, 5 for the bits of a value, four times 4 for the bits of a length, each
    less one. Then, in turn: whether the next values are the same, which of the four lengths follows, the number of
    values less one, and the value or values.

    Raises:
        FileFormatError: If they end early or are not as many as said.

    Examples:
        >>> header = f"{6:032b}" + f"{7:05b}" + f"{1:04b}{3:04b}{7:04b}{15:04b}"
        >>> bits = header + "1" + "00" + "11" + f"{255:08b}" + "0" + "00" + "01" + f"{7:08b}{9:08b}"
        >>> unpacked_brush("a.json", int(bits.ljust(96, "0"), 2).to_bytes(12, "big"), 6)
        array([255, 255, 255, 255,   7,   9], dtype=uint8)
    """
    bits = _Bits(where, packed)
    said = bits.read(32)
    if said != n_values:
        raise FileFormatError(f"{where}: a brush has {said:,} values for an image of {n_values:,}; export it again")
    value_bits = bits.read(5) + 1
    length_bits = [bits.read(4) + 1 for _ in range(4)]
    values = np.zeros(n_values, np.uint8)
    # The loop ends: each turn reads at least one bit, and `_Bits` refuses to read past the end.
    at = 0
    while at < n_values:
        is_run = bits.read(1)
        stop = at + 1 + bits.read(length_bits[bits.read(2)])
        if is_run:
            values[at:stop] = min(bits.read(value_bits), 255)
        else:
            for place in range(at, min(stop, n_values)):
                values[place] = min(bits.read(value_bits), 255)
        at = stop
    return values


class _Bits:
    def __init__(self, where: str, content: bytes) -> None:
        self._where = where
        self._content = content
        self._at = 0

    def read(self, n_bits: int) -> int:
        stop = self._at + n_bits
        last_byte = (stop + 7) // 8
        if last_byte > len(self._content):
            raise FileFormatError(f"{self._where}: the 'rle' of a brush ends early; export the labels again")
        # The whole bytes around the bits, the highest first; then the bits behind and before are cut off.
        around = int.from_bytes(self._content[self._at // 8 : last_byte], "big")
        n_behind = 8 * last_byte - stop
        self._at = stop
        return (around >> n_behind) & ((1 << n_bits) - 1)
