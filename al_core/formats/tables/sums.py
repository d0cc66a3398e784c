"""Which columns are a distribution: those whose numbers sum to 1, to 100, or to 1 after exponentiation in every row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CLOSED = 0.02
"""How far 9 of 10 rows may be from a sum of 1: float16 stays within, and 1,000 classes with 4 decimals."""

_WORTH_DROPPING = 2e-4
_IMPROVEMENT = 10
"""A column is one too many if without it the sums are 10 times nearer to 1 and were not precise before: a class has
its part in the sum, and rounding has no such pattern."""

_MAX_DROPPED = 8
"""A table has some columns beside its classes; with more of them left out, what sums to 1 may do so by accident."""

_MANY_ROWS = 20
_CLOSED_BY_FEW = 1e-3
"""In a few rows some of many columns may sum to about 1 by accident."""
_SLACK = 1e-3
"""How far a probability may lie outside its range before the columns are no distribution."""


def residual(numbers: Numbers) -> float:
    """Return how far the rows of (K, C) numbers are from a sum of 1 on the scale that suits them, infinity for none.

    It is the distance that 9 of 10 rows keep. Percent is divided by 100, log-probabilities are exponentiated.

    Examples:
        >>> residual(np.array([[0.25, 0.75]])), residual(np.array([[25, 75.0]])), residual(np.log([[0.25, 0.75]]))
        (0.0, 0.0, 0.0)
        >>> residual(np.array([[3.0, -4.0]]))
        inf
    """
    rows = numbers[np.isfinite(numbers).all(axis=1)]
    if not rows.size:
        return np.inf
    if rows.min() >= -_SLACK:
        highest = rows.max()
        if highest <= 1 + _SLACK:
            return _distance(rows.sum(axis=1))
        return _distance(rows.sum(axis=1) / 100) if highest <= 100 * (1 + _SLACK) else np.inf
    return _distance(np.exp(rows).sum(axis=1)) if rows.max() <= _SLACK else np.inf


def distribution(numbers: Numbers, columns: Sequence[int]) -> tuple[list[int], float] | None:
    """Return those of the columns that are a distribution and their residual, or None.

    Columns are left out as long as the rest sums to 1 more precisely without them.

    Args:
        numbers: (K, N) the first rows of all columns.
        columns: The candidates.

    Examples:
        >>> rows = np.array([[0.25, 0.75, 0.004], [0.5, 0.5, 0.004]])
        >>> distribution(rows, [0, 1, 2])
        ([0, 1], 0.0)
    """
    chosen = list(columns)
    current = residual(numbers[:, chosen])
    for _ in range(_MAX_DROPPED):
        if len(chosen) < 3:
            break
        dropped, without = _best_to_drop(numbers, chosen)
        is_needed = current > CLOSED and without < current
        if not is_needed and (current < _WORTH_DROPPING or without > current / _IMPROVEMENT):
            break
        chosen.remove(dropped)
        current = without
    is_whole = len(chosen) == len(columns) or len(numbers) >= _MANY_ROWS
    limit = CLOSED if is_whole else _CLOSED_BY_FEW
    # One number cannot be told from a distribution of one class.
    return (chosen, current) if current <= limit and len(chosen) > 1 else None


def _best_to_drop(numbers: Numbers, chosen: Sequence[int]) -> tuple[int, float]:
    rows = numbers[:, chosen]
    rows = rows[np.isfinite(rows).all(axis=1)]
    if not rows.size:
        return chosen[-1], np.inf
    # A column that leaves the range of the others makes their scale unknown: it goes first.
    outside = np.flatnonzero((rows.max(axis=0) > 1 + _SLACK) | (rows.min(axis=0) < -_SLACK))
    if 0 < len(outside) <= len(chosen) // 2:
        position = int(outside[-1])
        rest = [column for column in chosen if column != chosen[position]]
        return chosen[position], min(residual(numbers[:, rest]), _UNKNOWN_SCALE)
    if len(outside):
        rows = rows / 100
    # For every column at once: the sum of the others, and the distance from 1 within which nine rows of ten keep it.
    without = rows.sum(axis=1, keepdims=True) - rows
    distances = np.quantile(np.abs(without - 1), 0.9, axis=0)
    position = int(np.argmin(distances))
    return chosen[position], float(distances[position])


_UNKNOWN_SCALE = 1e300
"""Less than infinity: dropping a column of another scale is a step forward, even if more must follow."""


def _distance(sums: Numbers) -> float:
    return float(np.quantile(np.abs(sums - 1), 0.9))
