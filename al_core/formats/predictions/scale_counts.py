"""What the numbers of a matrix are, from counts of its rows: those of its parts add up to those of the whole."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-4
"""How far a probability may lie outside 0 to 1 and be forgiven: sums and casts of float32 and float16 do that."""

_NEAR_ONE = 0.05
"""Sums within are those of a distribution; what the report calls a wrong sum is stricter."""


class Scale(StrEnum):
    """What the numbers of most rows are."""

    PROBABILITIES = "probabilities"
    INDEPENDENT = "probabilities of classes that do not exclude each other"
    PERCENT = "percent"
    LOG = "logarithms of probabilities"
    LOGITS = "logits"
    UNCLEAR = "neither probabilities nor clearly logits"


@dataclass(frozen=True)
class ScaleCounts:
    """How many rows of a matrix, or of a part of one, are on which scale; counts of parts are added up.

    Attributes:
        n_classes: Columns.
        n_rows: Rows that are finite; all others count only these.
        n_inside: In 0 to 1.
        n_closed: Of those, with a sum of 1.
        n_percent: With a sum of 100 and no value below 0.
        n_log: Without a value above 0, and with exponentials whose sum is 1.
        n_negative: With a value below 0.
        lowest: The lowest value.
        highest: The highest.
        least_sum: The smallest sum of a row.
        largest_sum: The largest.
    """

    n_classes: int
    n_rows: int
    n_inside: int
    n_closed: int
    n_percent: int
    n_log: int
    n_negative: int
    lowest: float
    highest: float
    least_sum: float
    largest_sum: float

    @classmethod
    def of(cls, matrix: NDArray[np.floating]) -> "ScaleCounts":
        """Return the counts of a matrix (N, C)."""
        with np.errstate(invalid="ignore", over="ignore"):
            sums = matrix.sum(axis=1, dtype=np.float64)
        finite = np.isfinite(sums)
        rows = np.flatnonzero(finite)
        sums = sums[rows]
        lowest = matrix.min(axis=1)[rows]
        highest = matrix.max(axis=1)[rows]
        is_positive = lowest >= -ROUNDING
        inside = is_positive & (highest <= 1 + ROUNDING)
        # Logits may all be negative too, but their exponentials do not sum to 1.
        exponentials = np.exp(matrix[rows[highest <= ROUNDING]]).sum(axis=1, dtype=np.float64)
        return cls(
            n_classes=matrix.shape[1],
            n_rows=len(rows),
            n_inside=_count(inside),
            n_closed=_count(inside & (abs(sums - 1) <= _NEAR_ONE)),
            n_percent=_count(is_positive & (abs(sums - 100) <= 1)),
            n_log=_count(abs(exponentials - 1) <= _NEAR_ONE),
            n_negative=_count(~is_positive),
            lowest=float(lowest.min(initial=math.inf)),
            highest=float(highest.max(initial=-math.inf)),
            least_sum=float(sums.min(initial=math.inf)),
            largest_sum=float(sums.max(initial=-math.inf)),
        )

    def __add__(self, other: "ScaleCounts") -> "ScaleCounts":
        return ScaleCounts(
            n_classes=self.n_classes,
            n_rows=self.n_rows + other.n_rows,
            n_inside=self.n_inside + other.n_inside,
            n_closed=self.n_closed + other.n_closed,
            n_percent=self.n_percent + other.n_percent,
            n_log=self.n_log + other.n_log,
            n_negative=self.n_negative + other.n_negative,
            lowest=min(self.lowest, other.lowest),
            highest=max(self.highest, other.highest),
            least_sum=min(self.least_sum, other.least_sum),
            largest_sum=max(self.largest_sum, other.largest_sum),
        )

    def scale(self) -> Scale:
        """Return what most rows are."""
        if not self.n_rows:
            return Scale.PROBABILITIES
        if self._are_most(self.n_inside):
            # The single column of a model of two classes need not sum to 1.
            is_closed = self.n_classes == 1 or self._are_most(self.n_closed)
            return Scale.PROBABILITIES if is_closed else Scale.INDEPENDENT
        if self._are_most(self.n_percent):
            return Scale.PERCENT
        if self._are_most(self.n_log):
            return Scale.LOG
        return Scale.LOGITS if self._are_most(self.n_negative) else Scale.UNCLEAR

    def _are_most(self, count: int) -> bool:
        return 2 * count >= self.n_rows

    def span(self) -> str:
        """Return where the values lie, in words."""
        return f"between {self.lowest:.4g} and {self.highest:.4g}"


def _count(is_so: NDArray[np.bool_]) -> int:
    return int(is_so.sum())
