"""Many paths in one piece of memory, cut without a loop over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_SLASH = ord("/")
_BACKSLASH = ord("\\")
_DOT = ord(".")

_OTHER_IMAGES = (
    ".arw .avif .cr2 .cr3 .dcm .dib .dng .exr .hdr .heic .heif .j2k .jfif .jp2 .jpe .jxl .mpo .nef .nii .nrrd .orf "
    ".pbm .pfm .pgm .pic .pnm .ppm .raf .raw .rw2 .sr .svg .svs .tga .xpm"
)
_SIDECARS = (
    ".ann .arrow .bin .caption .cls .csv .embedding .feather .feat .h5 .hdf5 .json .jsonl .label .mask .mat .msgpack "
    ".npy .npz .parquet .pickle .pkl .pt .pth .safetensors .tensor .tsv .txt .vec .xml .yaml .yml .zip"
)
SUFFIXES = IMAGE_SUFFIXES | {*_OTHER_IMAGES.split(), *_SIDECARS.split()}
"""Endings that a name has beside its stem. Other endings belong to the stem: scan_1.5, or a_jpg.rf.8f3a of Roboflow."""


@dataclass(frozen=True)
class PathTable:
    """M paths with forward slashes and without `./` or `/` in front.

    Attributes:
        content: UTF-8 bytes of all of them.
        starts: (M,) where each begins.
        stops: (M,) where each ends.
        slashes: Where in the bytes there is a slash.
        n_parts: (M,) folders and name.
    """

    content: NDArray[np.uint8]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    slashes: NDArray[np.int64]
    n_parts: NDArray[np.int64]

    @property
    def last_bytes(self) -> NDArray[np.uint8]:
        """(M,) the last byte of each path."""
        if not len(self.content):
            return np.zeros(len(self.stops), np.uint8)
        return self.content[np.maximum(self.stops - 1, 0)]

    def without_suffix(self) -> "PathTable":
        """Return the paths without those suffixes of their names that are in `SUFFIXES`; no name is cut to nothing."""
        import pyarrow as pa
        import pyarrow.compute as pc

        # The -1 at the end is what the index -1 of a path before the first dot leads to.
        dots = np.append(np.flatnonzero(self.content == _DOT), -1)
        last_dot = dots[np.searchsorted(dots[:-1], self.stops) - 1]
        rows = np.flatnonzero(last_dot > self._start_of_end(1))
        endings = pc.utf8_lower(_text_array(self.content, last_dot[rows], self.stops[rows]))
        is_suffix = pc.is_in(endings, value_set=pa.array(sorted(SUFFIXES), pa.large_string()))
        stops = self.stops.copy()
        cut = rows[is_suffix.to_numpy(zero_copy_only=False)]
        stops[cut] = last_dot[cut]
        return replace(self, stops=stops)

    def ends(self, rows: Rows, n_parts: int) -> "pa.Array":
        """Return the last parts of these paths, which are in ascending order and have as many."""
        return _text_array(self.content, self._start_of_end(n_parts)[rows], self.stops[rows])

    def _start_of_end(self, n_parts: int) -> NDArray[np.int64]:
        """Return where the last parts of each path begin; of a path that has no more, where it begins."""
        before = np.searchsorted(self.slashes, self.stops) - n_parts
        return np.where(self.n_parts > n_parts, np.append(self.slashes, 0)[before] + 1, self.starts)


def path_table(paths: "pa.Array | Sequence[str]") -> PathTable:
    """Return the paths as a table.

    Args:
        paths: Strings, or an Arrow array of large strings that begins at the start of its memory.

    Examples:
        >>> table = path_table(["./day/a.1.png", "b"])
        >>> table.without_suffix().ends(np.array([0, 1]), 1).to_pylist(), table.n_parts
        (['a.1', 'b'], array([2, 1]))
    """
    import pyarrow as pa

    _, offset_buffer, text_buffer = pa.array(paths, pa.large_string()).buffers()
    offsets = np.frombuffer(offset_buffer, np.int64, count=len(paths) + 1)
    content = np.frombuffer(text_buffer or b"", np.uint8)[: offsets[-1]]
    is_backslash = content == _BACKSLASH
    if is_backslash.any():
        content = np.where(is_backslash, np.uint8(_SLASH), content)
    stops = offsets[1:]
    starts = _without_lead(content, offsets[:-1], stops)
    slashes = np.flatnonzero(content == _SLASH)
    n_slashes = np.searchsorted(slashes, stops) - np.searchsorted(slashes, starts)
    return PathTable(content, starts, stops, slashes, n_parts=n_slashes + 1)


def _without_lead(content: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the paths start behind `./` and slashes."""
    # Two bytes more, so that the last path can be looked at without a check for its end.
    padded = np.append(content, np.zeros(2, np.uint8))
    has_dot_slash = (padded[starts] == _DOT) & (padded[starts + 1] == _SLASH) & (starts + 1 < stops)
    starts = starts + 2 * has_dot_slash
    rows = np.arange(len(starts))
    while len(rows):
        begins_with_slash = (padded[starts[rows]] == _SLASH) & (starts[rows] < stops[rows])
        rows = rows[begins_with_slash]
        starts[rows] += 1
    return starts


def _text_array(content: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> "pa.Array":
    """Return the parts of the content as texts; they do not overlap and are in ascending order."""
    import pyarrow as pa

    # +1 where a part begins and -1 where it ends: the running sum is 1 inside the parts, which makes a mask.
    edges = np.zeros(len(content) + 1, np.int8)
    is_full = starts < stops
    edges[starts[is_full]] += 1
    edges[stops[is_full]] -= 1
    # The sums are 0 and 1, which are the bytes of a bool.
    is_inside = np.cumsum(edges[:-1], dtype=np.int8).view(bool)
    offsets = np.concatenate([[0], np.cumsum(stops - starts)])
    return pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(content[is_inside]))
