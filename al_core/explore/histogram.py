"""How many samples fall into each bar of a histogram."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.explore.filters import Mask, Range

# A bar and "missing" fit one byte per sample, with bars wide enough to be drawn.
MAX_BINS = 200
# Of `typical_limits`: a hundredth of the samples at each end may share the outer color and bar.
TYPICAL_QUANTILES = (0.01, 0.99)
MOST_TYPICAL_SHARE = 0.5
NEAR_LIMIT = 0.25


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
        # The outer bars are open, because infinite values and those beyond the limits fall into them.
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
    # The last bar holds its upper edge too.
    codes = np.clip(np.searchsorted(edges, values, "right") - 1, 0, n_bars - 1).astype(np.uint8)
    if values.dtype.kind == "f":
        codes[np.isnan(values)] = n_bars
    return Bins(edges, codes)


def typical_limits(values: NDArray[Any], limits: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return the limits, or where nearly all values lie if that is less than half of what is between them.

    Few outliers, or a scale of which the values use a corner, would leave one color and one bar to nearly all samples.
    A limit that is near stays, so that a scale still begins at 0.

    Args:
        values: (N,) numbers; NaN is missing.
        limits: Where the scale starts and ends; by default the smallest and the largest value.

    Examples:
        >>> typical_limits(np.array([0.0, 0.25, 0.5, 1.0]), (0, 1))
        (0, 1)
        >>> typical_limits(np.array([0.0, 0.02, 0.04, 0.06]), (0, 1))
        (0, 0.0594)
    """
    low, high = limits or _finite_limits(values)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return low, high
    inner_low, inner_high = (round(float(end), 4) for end in np.quantile(finite, TYPICAL_QUANTILES))
    span = inner_high - inner_low
    if not 0 < span < MOST_TYPICAL_SHARE * (high - low):
        return low, high
    return (
        low if inner_low - low < NEAR_LIMIT * span else inner_low,
        high if high - inner_high < NEAR_LIMIT * span else inner_high,
    )


def _edges(values: NDArray[Any], n_bins: int, limits: tuple[float, float] | None) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return _whole_edges(values, n_bins)
    low, high = limits or _finite_limits(values)
    n_edges = n_bins + 1 if high > low else 2
    # Edges of the values' own type: a range then divides them exactly where the bars do.
    return np.linspace(low, high, n_edges).astype(values.dtype)


def _whole_edges(values: NDArray[Any], n_bins: int) -> NDArray[Any]:
    low = int(values.min()) if len(values) else 0
    high = int(values.max()) if len(values) else 0
    n_numbers = high - low + 1
    width = -(-n_numbers // n_bins)
    n_bars = -(-n_numbers // width)
    # Halfway between whole numbers, so that each stands in the middle of its place.
    return low - 0.5 + width * np.arange(n_bars + 1)


def _finite_limits(values: NDArray[Any]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low = float(finite.min())
    high = float(finite.max())
    # A single value stands in the middle of a scale of width 1.
    return (low, high) if high > low else (low - 0.5, low + 0.5)
