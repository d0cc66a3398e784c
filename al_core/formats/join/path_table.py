"""Many paths in one piece of memory, cut without a loop over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_SLASH, _BACKSLASH, _DOT = b"/\\."


@dataclass(frozen=True)
class PathTable:
    """M paths with forward slashes and without `./` or `/` in front.

    Attributes:
        data: UTF-8 bytes of all of them.
        starts: (M,) where each begins.
        stops: (M,) where each ends.
        slashes: Where in the bytes there is a slash.
        n_parts: (M,) folders and name.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    slashes: NDArray[np.int64]
    n_parts: NDArray[np.int64]

    @property
    def last_bytes(self) -> NDArray[np.uint8]:
        """(M,) the last byte of each path."""
        return self.data[np.maximum(self.stops - 1, 0)] if len(self.data) else np.zeros(len(self.stops), np.uint8)

    def without_suffix(self) -> "PathTable":
        """Return the paths without the suffix of their names; a name is never cut to nothing."""
        dots = np.append(np.flatnonzero(self.data == _DOT), -1)
        last_dot = dots[np.searchsorted(dots[:-1], self.stops) - 1]
        return replace(self, stops=np.where(last_dot > self._start_of_end(1), last_dot, self.stops))

    def ends(self, rows: Rows, n_parts: int) -> "pa.Array":
        """Return the last parts of these paths, which are in ascending order and have as many."""
        starts, stops = self._start_of_end(n_parts)[rows], self.stops[rows]
        return _text_array(self.data, starts, stops)

    def _start_of_end(self, n_parts: int) -> NDArray[np.int64]:
        before = np.searchsorted(self.slashes, self.stops) - n_parts
        return np.where(self.n_parts > n_parts, np.append(self.slashes, 0)[before] + 1, self.starts)


def path_table(paths: "pa.Array | Sequence[str]") -> PathTable:
    """Return the paths as a table.

    Args:
        paths: Strings, or an Arrow array of large strings that begins at the start of its memory.

    Examples:
        >>> table = path_table(["./day/a.tar.gz", "b"])
        >>> table.without_suffix().ends(np.array([0, 1]), 1).to_pylist(), table.n_parts
        (['a.tar', 'b'], array([2, 1]))
    """
    import pyarrow as pa

    _, offsets, content = pa.array(paths, pa.large_string()).buffers()
    bounds = np.frombuffer(offsets, np.int64, count=len(paths) + 1)
    data = np.frombuffer(content or b"", np.uint8)[: bounds[-1]]
    data = np.where(data == _BACKSLASH, np.uint8(_SLASH), data) if (data == _BACKSLASH).any() else data
    starts, stops = _without_lead(data, bounds[:-1], bounds[1:]), bounds[1:]
    slashes = np.flatnonzero(data == _SLASH)
    return PathTable(
        data, starts, stops, slashes, np.searchsorted(slashes, stops) - np.searchsorted(slashes, starts) + 1
    )


def _without_lead(data: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the paths start behind `./` and slashes."""
    padded = np.append(data, np.zeros(2, np.uint8))
    starts = starts + 2 * ((padded[starts] == _DOT) & (padded[starts + 1] == _SLASH) & (starts + 1 < stops))
    rows = np.arange(len(starts))
    while len(rows := rows[(padded[starts[rows]] == _SLASH) & (starts[rows] < stops[rows])]):
        starts[rows] += 1
    return starts


def _text_array(data: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> "pa.Array":
    import pyarrow as pa

    edges = np.zeros(len(data) + 1, np.int8)
    is_full = starts < stops
    edges[starts[is_full]] += 1
    edges[stops[is_full]] -= 1
    content = data[np.cumsum(edges[:-1], dtype=np.int8).view(bool)]
    offsets = np.concatenate([[0], np.cumsum(stops - starts)])
    return pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(content))
