"""Which samples a set of filters lets through, and how many of them fall into each bar of a histogram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BINS = 200

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Range:
    """Values from `low` up to, but not including, `high`; or the samples without a value.

    Examples:
        >>> print(Range(0.25, 0.5), "|", Range(low=0.9), "|", Range(high=0.1), "|", Range(is_missing=True))
        0.25 to 0.5 | from 0.9 | below 0.1 | missing
    """

    low: float = -np.inf
    high: float = np.inf
    is_missing: bool = False

    def __str__(self) -> str:
        if self.is_missing:
            return "missing"
        if np.isinf(self.low):
            return "not missing" if np.isinf(self.high) else f"below {self.high:.4g}"
        return f"from {self.low:.4g}" if np.isinf(self.high) else f"{self.low:.4g} to {self.high:.4g}"

    def mask(self, values: NDArray[Any]) -> Mask:
        """Return which values lie in the range, (N,)."""
        if self.is_missing:
            is_missing: Mask = np.isnan(values)
            return is_missing
        is_inside: Mask = values >= self.low
        is_inside &= (values < self.high) if np.isfinite(self.high) else (values <= self.high)
        return is_inside


@dataclass(frozen=True)
class Filters:
    """What a sample has to be, all of it at once, to be shown.

    Attributes:
        ranges: By column.
        classes: Predicted as one of these, unless there are none.
        tags: In one of these tags, unless there are none.
        without_tags: In none of these tags.
        categories: By column, one of these texts.
        filename: Part of its filename, in upper or lower case.
    """

    ranges: Mapping[str, Range] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    filename: str = ""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_categories(self, column: str, wanted: Sequence[str]) -> "Filters":
        """Return the filters with other texts of a column, or with none."""
        others = {name: kept for name, kept in self.categories.items() if name != column}
        return replace(self, categories=others | ({column: tuple(wanted)} if wanted else {}))

    def with_range(self, column: str, wanted: Range | None) -> "Filters":
        """Return the filters with another range of a column, or with none."""
        others = {name: kept for name, kept in self.ranges.items() if name != column}
        return replace(self, ranges=others | ({column: wanted} if wanted else {}))


@dataclass(frozen=True)
class Bins:
    """The bars of a histogram.

    Attributes:
        edges: (B + 1,) ascending; bar b holds the values from edge b up to, but not including, edge b + 1.
        codes: (N,) the bar of each value, B where it is missing.
    """

    edges: NDArray[Any]
    codes: NDArray[np.uint8]

    def count(self, mask: Mask | None = None) -> NDArray[np.int64]:
        """Return how many samples of the mask each bar holds, (B + 1,); the last is the number of missing values."""
        codes = self.codes if mask is None else self.codes[mask]
        return np.bincount(codes, minlength=len(self.edges))

    def range_of(self, first: int, last: int) -> Range:
        """Return the range from bar `first` to bar `last`, open towards the end of the histogram."""
        low = float(self.edges[first]) if first > 0 else -np.inf
        high = float(self.edges[last + 1]) if last < len(self.edges) - 2 else np.inf
        return Range(low, high)


def bin_values(values: NDArray[Any], n_bins: int, *, limits: tuple[float, float] | None = None) -> Bins:
    """Return up to `n_bins` bars of equal width over all values.

    Whole numbers get bars of whole width around them. Infinite values fall into the outer bars.

    Args:
        values: (N,) numbers; NaN is missing.
        n_bins: 1 to 200.
        limits: Where the bars start and end; by default the smallest and the largest value.

    Examples:
        >>> bins = bin_values(np.array([0.0, 0.5, 1.0, np.nan]), 2)
        >>> bins.edges, bins.codes
        (array([0. , 0.5, 1. ]), array([0, 1, 1, 2], dtype=uint8))
    """
    edges = _edges(values, min(n_bins, MAX_BINS), limits)
    n_bars = len(edges) - 1
    codes = np.clip(np.searchsorted(edges, values, "right") - 1, 0, n_bars - 1).astype(np.uint8)
    if values.dtype.kind == "f":
        codes[np.isnan(values)] = n_bars
    return Bins(edges, codes)


def _edges(values: NDArray[Any], n_bins: int, limits: tuple[float, float] | None) -> NDArray[Any]:
    if values.dtype.kind == "f":
        # Edges of the values' own type: a range then divides them exactly where the bars do.
        low, high = limits or _finite_limits(values)
        return np.linspace(low, high, n_bins + 1 if high > low else 2).astype(values.dtype)
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    width = -(-(high - low + 1) // n_bins)
    n_bars = -(-(high - low + 1) // width)
    return low - 0.5 + width * np.arange(n_bars + 1)


def _finite_limits(values: NDArray[Any]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def predicted_classes(probabilities: Probabilities) -> NDArray[np.int16]:
    """Return the most probable class of each row, (N,); -1 where there is no prediction.

    Examples:
        >>> predicted_classes(np.array([[0.2, 0.8], [np.nan, np.nan]]))
        array([ 1, -1], dtype=int16)
    """
    classes: NDArray[np.int16] = probabilities.argmax(axis=1).astype(np.int16)
    classes[np.isnan(probabilities[:, 0])] = -1
    return classes


def class_mask(classes: NDArray[np.integer], chosen: Sequence[int], n_classes: int) -> Mask:
    """Return which rows are of a chosen class, (N,)."""
    is_chosen = np.zeros(n_classes + 1, bool)  # the last one answers for -1
    is_chosen[list(chosen)] = True
    mask: Mask = is_chosen[classes]
    return mask


def filename_mask(filenames: "pa.Array", text: str) -> Mask:
    """Return which filenames contain the text, in upper or lower case, (N,)."""
    import pyarrow.compute as pc

    found = pc.match_substring(filenames, text, ignore_case=True)
    mask: Mask = found.to_numpy(zero_copy_only=False).astype(bool)
    return mask


def rows_mask(rows: Rows, n_samples: int) -> Mask:
    """Return which samples are among the rows, (N,)."""
    mask = np.zeros(n_samples, bool)
    mask[rows] = True
    return mask


def tag_mask(masks: Sequence[bytes], n_samples: int) -> Mask:
    r"""Return which samples are in any of the tags, given their bit masks, (N,).

    Examples:
        >>> tag_mask([b"\x01\x00", b"\x00\x02"], 10).nonzero()
        (array([0, 9]),)
    """
    bits = np.zeros(-(-n_samples // 8), np.uint8)
    for mask in masks:
        bits |= np.frombuffer(mask, np.uint8)
    return np.unpackbits(bits, count=n_samples, bitorder="little").view(bool)


def all_of(masks: Mapping[str, Mask], n_samples: int, *, but: str | None = None) -> Mask:
    """Return which samples every mask lets through, (N,); `but` names one that is left out."""
    passing = np.ones(n_samples, bool)
    for name, mask in masks.items():
        if name != but:
            passing &= mask
    return passing


def highest_first(values: NDArray[Any]) -> NDArray[np.int32]:
    """Return all rows, the highest value first, the missing ones last, equal ones in row order.

    Examples:
        >>> highest_first(np.array([0.1, np.nan, 0.9, 0.1]))
        array([2, 0, 3, 1], dtype=int32)
    """
    descending = -values if values.dtype.kind == "f" else -values.astype(np.int64)
    return np.argsort(descending, kind="stable").astype(np.int32)
