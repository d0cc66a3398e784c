"""The pixels of predicted objects as run lengths: how they are made of maps, stored, and laid over an image."""

import tempfile
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.run_lengths import RunLengths, packed_run_lengths, unpacked_run_lengths
from al_core.types import ProbabilityMap, Rows

OBJECT_MASK = np.dtype(
    [
        ("row", np.int64),
        ("label", np.int32),
        ("score", np.float32),
        ("height", np.int32),
        ("width", np.int32),
        ("start", np.int64),
        ("stop", np.int64),
    ]
)
"""One mask: its sample, class and confidence, its sides, and from where to where its run lengths are."""

BACKGROUND = frozenset({"background", "bg", "void", "unlabeled", "ignore"})
"""Classes, in small letters, that are what no object covers."""

Table = NDArray[np.void]
Pixels = NDArray[np.bool_]


class ObjectMask(NamedTuple):
    """The pixels of one object, or of all objects of a class.

    Attributes:
        label: The position of its class.
        score: Its confidence; of a class in a probability map the mean probability inside.
        height: Of the image that the mask lies over, in pixels.
        width: Likewise.
        counts: Its run lengths as COCO packs them, column by column.
    """

    label: int
    score: float
    height: int
    width: int
    counts: str

    def pixels(self) -> Pixels:
        """Return (height, width), true inside.

        Examples:
            >>> ObjectMask(0, 1.0, 2, 3, "22").pixels().astype(int)
            array([[0, 1, 0],
                   [0, 1, 0]])
        """
        runs = unpacked_run_lengths("a stored mask", self.counts)
        # Zeros and ones take turns; what is left behind the last run is outside.
        is_inside = np.zeros(self.height * self.width, np.bool_)
        values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        is_inside[: len(values)] = values
        return is_inside.reshape(self.width, self.height).T

    def scaled(self, width: int, height: int) -> "ObjectMask":
        """Return the mask over an image of another size, each pixel as the nearest one."""
        if (width, height) == (self.width, self.height):
            return self
        rows = nearest_pixels(self.height, height)
        columns = nearest_pixels(self.width, width)
        pixels = self.pixels()[rows[:, None], columns]
        return self._replace(height=height, width=width, counts=packed_run_lengths(runs_of(pixels)))


def nearest_pixels(n_pixels: int, n_scaled: int) -> Rows:
    """Return for each pixel of a scaled side the pixel of the original one into which its middle falls.

    Examples:
        >>> nearest_pixels(2, 4), nearest_pixels(4, 2)
        (array([0, 0, 1, 1]), array([1, 3]))
    """
    # In whole numbers: (i + 1/2) · n / m, without the rounding of floats at the edge between two pixels.
    return np.array((2 * np.arange(n_scaled) + 1) * n_pixels // (2 * n_scaled), np.int64)


def runs_of(pixels: Pixels) -> RunLengths:
    """Return the run lengths of (height, width) pixels column by column, those outside first.

    Examples:
        >>> runs_of(np.array([[False, True], [False, True]])), runs_of(np.array([[True]]))
        (array([2, 2]), array([0, 1]))
    """
    flat = pixels.ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    # COCO's first run is of zeros: where the first pixel is inside, it is of length 0.
    first = [0] if flat.size and flat[0] else []
    edges = np.concatenate([first, [0], changes, [flat.size]]).astype(np.int64)
    return edges[1:] - edges[:-1]


def class_masks(probability_map: ProbabilityMap, class_names: Sequence[str]) -> list[ObjectMask]:
    """Return for each class of an (H, W, C) map the pixels where it is the most probable; none of the background."""
    height, width, _ = probability_map.shape
    # Column by column, as COCO has run lengths.
    labels = probability_map.argmax(axis=2).ravel(order="F")
    probabilities = probability_map.max(axis=2).ravel(order="F")
    n_classes = len(class_names)
    counts = np.bincount(labels, minlength=n_classes)
    sums = np.bincount(labels, probabilities, minlength=n_classes)
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    starts = np.concatenate([[0], changes])
    stops = np.concatenate([changes, [labels.size]])
    label_of_run = labels[starts]
    masks = []
    for label in np.flatnonzero(counts).tolist():
        if class_names[label].lower() in BACKGROUND:
            continue
        chosen = label_of_run == label
        # Where each run of the class starts and stops in turn: what lies between two edges is outside, then inside.
        edges = np.column_stack([starts[chosen], stops[chosen]]).ravel()
        runs = np.diff(edges, prepend=0, append=labels.size)
        # Behind the last pixel there is no run.
        packed = packed_run_lengths(runs if runs[-1] else runs[:-1])
        masks.append(ObjectMask(label, float(sums[label] / counts[label]), height, width, packed))
    return masks


@dataclass(frozen=True)
class ObjectMasks:
    """The masks of M samples.

    Attributes:
        table: (S,) of `OBJECT_MASK` by ascending row.
        counts: (B,) uint8, the packed run lengths of all masks.
    """

    table: Table
    counts: NDArray[np.uint8]

    @classmethod
    def of_bytes(cls, content: NDArray[np.uint8]) -> "ObjectMasks":
        """Return the masks of what `MaskFile` wrote; run lengths are read when they are asked for.

        Raises:
            ValueError: If it was cut off.
        """
        length = content[-8:].view(np.int64)
        n_masks = int(length[0])
        start = len(content) - 8 - n_masks * OBJECT_MASK.itemsize
        table = content[start:-8].view(OBJECT_MASK)
        return cls(table, content[:start])

    def of(self, position: int) -> list[ObjectMask]:
        """Return the masks of a sample."""
        first, last = np.searchsorted(self._rows, [position, position + 1])
        masks = []
        for _, label, score, height, width, start, stop in self.table[first:last].tolist():
            masks.append(ObjectMask(label, score, height, width, self.counts[start:stop].tobytes().decode("ascii")))
        return masks

    def confident(self, least: np.float32) -> "ObjectMasks":
        """Return the masks whose confidence is at least this."""
        return replace(self, table=self.table[self.table["score"] >= least])

    @cached_property
    def _rows(self) -> Rows:
        # A field of a structured array is strided, and a search would copy it each time.
        return np.ascontiguousarray(self.table["row"])


class MaskFile:
    """Collects masks on disk: those of a million images are larger than memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        weakref.finalize(self, self._file.close)
        self._n_bytes = 0
        self._entries: list[NDArray[np.void]] = []

    def add(self, position: int, masks: Iterable[ObjectMask]) -> None:
        """Write the masks of one sample."""
        entries = []
        for mask in masks:
            start = self._n_bytes
            self._n_bytes += self._file.write(mask.counts.encode("ascii"))
            entries.append((position, mask.label, mask.score, mask.height, mask.width, start, self._n_bytes))
        self._entries.append(np.array(entries, OBJECT_MASK))

    def content(self, rows: Rows) -> NDArray[np.uint8]:
        """Return the run lengths, then their table by ascending row, then its length: (B,) uint8, mapped from disk.

        Args:
            rows: The row of each position.
        """
        table = np.concatenate([np.empty(0, OBJECT_MASK), *self._entries])
        table["row"] = rows[table["row"]]
        table = table[np.argsort(table["row"], kind="stable")]
        self._file.write(table.tobytes())
        self._file.write(np.int64(len(table)).tobytes())
        self._file.flush()
        return np.memmap(self._file, np.uint8, "r")
