"""The bytes that the browser receives: a JSON header, then one array after the other.

uint32   length of the header, a multiple of 4
bytes    header, JSON in UTF-8, filled up with spaces
uint16   x, y of each point; 0..65535 is the larger side of the map
uint8    colour of each point: a step of the palette or an entry of the legend, 255 for missing
uint8    marks of each point: LABELED, ADDED, FADED, NOWHERE
"""

import hashlib
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.types import Rows

LABELED, ADDED, FADED, NOWHERE = 1, 2, 4, 8
STEPS = 65_535


def pack(header: dict[str, Any], positions: NDArray[np.uint16], *arrays: NDArray[np.uint8]) -> bytes:
    """Return the buffer. Its header gains `count`, a `digest` of the positions and a `version` of everything."""
    bodies = [positions.tobytes(), *(array.tobytes() for array in arrays)]
    digest = _digest(bodies[0])
    version = _digest(orjson.dumps(header), digest.encode(), *bodies[1:])
    text = orjson.dumps(header | {"count": len(positions), "digest": digest, "version": version})
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *bodies])


def _digest(*parts: bytes) -> str:
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        state.update(part)
    return state.hexdigest()


def quantize(points: NDArray[np.floating]) -> tuple[NDArray[np.uint16], NDArray[np.bool_], dict[str, float]]:
    """Return (N, 2) steps of the same length in x and y, which points have a place, and the frame that leads back."""
    columns = np.ascontiguousarray(points.T)  # reductions along the long axis are ten times faster
    is_placed = np.isfinite(columns[0]) & np.isfinite(columns[1])
    where = slice(None) if is_placed.all() else is_placed
    placed = columns[:, where]
    steps = np.zeros(points.shape, np.uint16)
    if not placed.size:
        return steps, is_placed, {"left": 0.0, "bottom": 0.0, "span": 1.0, "width": 1.0, "height": 1.0}
    (left, bottom), size = placed.min(axis=1).tolist(), np.ptp(placed, axis=1).tolist()
    span = max(size) or 1.0
    for axis, low in enumerate((left, bottom)):
        along = (placed[axis] - placed.dtype.type(low)) * placed.dtype.type(STEPS / span)
        np.rint(along, out=along)
        steps[where, axis] = along
    frame = {"left": left, "bottom": bottom, "span": span, "width": size[0] / span, "height": size[1] / span}
    return steps, is_placed, frame


def marks(
    is_placed: NDArray[np.bool_], labeled: Rows | None, added: Rows | None, shown: NDArray[np.bool_] | None
) -> NDArray[np.uint8]:
    """Return each point's marks; `shown` False fades it, a point without a place is hidden."""
    flags = np.where(is_placed, 0, NOWHERE).astype(np.uint8)
    if labeled is not None:
        flags[labeled] |= LABELED
    if added is not None:
        flags[added] |= ADDED
    if shown is not None:
        flags += (~shown).view(np.uint8) * np.uint8(FADED)
    return flags
