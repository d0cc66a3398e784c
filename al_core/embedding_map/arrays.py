"""The arrays that the browser gets, each only once, because it asks for the digest of the content.

positions  uint16  x, y of each point; 0..65535 is the larger side of the map
codes      uint8   color of each point: a step of the palette or an entry of the legend, 255 for missing
marks      uint8   of each point: RING, HIGHLIGHT, SENT, TEST, NOWHERE
shown      1 bit   of each point, lowest bit first: 0 outside the filter; changes with each filter and is not fetched
                   but sent with the header
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.types import Rows

# Bits of a mark; arrays.js has the same.
RING = 1
HIGHLIGHT = 2
FADED = 4
NOWHERE = 8
SENT = 16
TEST = 32
BIT_OF_KIND = {"ring": RING, "sent": SENT, "test": TEST, "highlight": HIGHLIGHT}
STEPS = 65_535


def digest_of(array: NDArray[Any] | bytes) -> str:
    """Return the digest of an array's bytes."""
    body = array if isinstance(array, bytes) else np.ascontiguousarray(array).view(np.uint8).data
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def quantize(points: NDArray[np.floating]) -> tuple[NDArray[np.uint16], NDArray[np.bool_], dict[str, float]]:
    """Return (N, 2) steps of the same length in x and y, which points have a place, and the frame that leads back."""
    columns = np.ascontiguousarray(points.T)  # reductions along the long axis are ten times faster
    is_placed = np.isfinite(columns[0]) & np.isfinite(columns[1])
    # A slice gives a view where a mask would copy a million points.
    selected = slice(None) if is_placed.all() else is_placed
    placed = columns[:, selected]
    steps = np.zeros(points.shape, np.uint16)
    if not placed.size:
        return steps, is_placed, {"left": 0.0, "bottom": 0.0, "span": 1.0, "width": 1.0, "height": 1.0}
    left, bottom = placed.min(axis=1).tolist()
    size = np.ptp(placed, axis=1).tolist()
    span = max(size) or 1.0
    for axis, low in enumerate((left, bottom)):
        along = (placed[axis] - placed.dtype.type(low)) * placed.dtype.type(STEPS / span)
        np.rint(along, out=along)
        steps[selected, axis] = along
    frame = {"left": left, "bottom": bottom, "span": span, "width": size[0] / span, "height": size[1] / span}
    return steps, is_placed, frame


def marks(is_placed: NDArray[np.bool_], ringed: Mapping[str, Rows]) -> NDArray[np.uint8]:
    """Return each point's marks, given the points with rings of each kind; a point without a place is hidden."""
    flags = np.where(is_placed, 0, NOWHERE).astype(np.uint8)
    for kind, rows in ringed.items():
        flags[rows] |= BIT_OF_KIND[kind]
    return flags


def pack(header: dict[str, Any], shown: bytes) -> bytes:
    """Return the length of the header (uint32), the header (JSON) and the bits of `shown`."""
    text = orjson.dumps(header)
    return len(text).to_bytes(4, "little") + text + shown


def shown_bits(shown: NDArray[np.bool_]) -> bytes:
    """Return one bit per point, 125 kB for a million."""
    return np.packbits(shown, bitorder="little").tobytes()
