"""The points that may be picked soon, so that the others are not looked at in every round."""

import numpy as np

from al_core.selection.bounds import Bounds
from al_core.types import Rows

_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF_BITS = np.uint64(32)


class Frontier:
    """The points of high value, as a queue.

    A point outside has a value below `floor`: it was below when the frontier was last drawn, or fell below since, and
    values only fall.

    Attributes:
        floor: The lowest value that belongs; infinite before the frontier is drawn for the first time.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.floor = np.float32(np.inf)
        self._bounds = bounds
        self._points = np.empty(0, np.int64)

    def draw(self, size: int) -> None:
        """Let the `size` points of highest value belong, and those that equal the last of them."""
        values = self._bounds.values(slice(None))
        self.floor = np.float32(0)
        if size < len(values):
            self.floor = max(np.partition(values, -size)[-size], np.float32(0))
        self._points = np.flatnonzero(values >= self.floor)

    def queue(self) -> Rows:
        """Return the points that still belong, the highest value first and the lowest position among equals."""
        values = self._bounds.values(self._points)
        belongs = values >= self.floor
        self._points = self._points[belongs]
        # One sort of integers instead of a stable sort of floats: the bits of floats that are not negative rise with
        # their value, so the upper half holds their complement and the lower half the position.
        # In place: before the first pick all points belong, and each copy is an eighth of a shard of small vectors.
        keys = values[belongs].view(np.uint32).astype(np.uint64)
        np.subtract(_LOW_HALF, keys, out=keys)
        keys <<= _HALF_BITS
        keys |= self._points.view(np.uint64)
        keys.sort()
        keys &= _LOW_HALF
        return keys.view(np.int64)
