"""The bootstrap: how much a statistic would vary if other test samples had been drawn.

Only sums over units (test samples, or groups of them) are drawn again, so a draw costs a row of a matrix product. The
ends are expanded percentiles: plain ones are too near for few units, as if Student's t were normal (Hesterberg, What
Teachers Should Know About the Bootstrap, The American Statistician 69, 2015, §3.3 and §5).
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.statistic import LEVEL, Interval

N_DRAWS = 2_000
"""The ends of a 95 % interval vary by about a fiftieth of its width from seed to seed."""

LEAST_UNITS = 8
"""Fewer groups than this say too little about how much groups vary."""

# Differences of right and wrong answers are of three kinds, whatever the number of test labels.
_FEW_KINDS = 16
# 16 MB of counts at a time.
_BLOCK_COUNTS = 1 << 21

Sums = NDArray[np.float64]


def group_totals(values: Sums, groups: NDArray[np.int64]) -> tuple[Sums, NDArray[np.float64]]:
    """Return the sums (G, V) of values (T, V) over each group, and how many values each group has (G,).

    Examples:
        >>> sums, sizes = group_totals(np.array([[1.0], [0.0], [1.0]]), np.array([7, 7, 3]))
        >>> sums.tolist(), sizes.tolist()
        ([[1.0], [1.0]], [1.0, 2.0])
    """
    numbers, places = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(numbers), values.shape[1]))
    np.add.at(sums, places, values)
    return sums, np.bincount(places, minlength=len(numbers)).astype(np.float64)


def draw_counts(
    n_units: int, n_draws: int, seed: int, weights: NDArray[np.float64] | None = None
) -> Iterator[NDArray[np.float64]]:
    """Yield blocks (draws, n_units) of how often each unit was drawn with replacement.

    Args:
        n_units: How many units there are, and how many each draw takes.
        n_draws: How many bootstrap draws.
        seed: Fixes them.
        weights: (n_units,) chances of the units relative to each other; by default equal.

    Examples:
        >>> [block.sum(axis=1).tolist() for block in draw_counts(5, 3, seed=0)]
        [[5.0, 5.0, 5.0]]
    """
    rng = np.random.default_rng(seed)
    ends = None if weights is None else np.cumsum(weights) / np.sum(weights)
    block = max(1, _BLOCK_COUNTS // max(n_units, 1))
    for start in range(0, n_draws, block):
        shape = (min(block, n_draws - start), n_units)
        drawn = rng.integers(n_units, size=shape) if ends is None else np.searchsorted(ends, rng.random(shape))
        # Each draw counts in its own range of numbers: one pass over all of them.
        drawn += n_units * np.arange(len(drawn))[:, None]
        yield np.bincount(drawn.ravel(), minlength=drawn.size).reshape(shape).astype(np.float64)


def bootstrap_interval(
    sums: Sums,
    sizes: NDArray[np.float64],
    statistic: Callable[[Sums, NDArray[np.float64]], NDArray[np.float64]],
    *,
    seed: int,
    weights: NDArray[np.float64] | None = None,
    level: float = LEVEL,
) -> Interval:
    """Return a statistic of sums over units with its interval.

    Args:
        sums: (U, V) sums over each unit.
        sizes: (U,) how many test samples each unit has.
        statistic: From the totals (draws, V) and numbers of samples (draws,) of some draws to their values (draws,).
        seed: Fixes the draws.
        weights: (U,) chances of the units; by default equal.
        level: How often the interval should hold the truth.
    """
    kinds, numbers = np.unique(np.column_stack([sums, sizes]), axis=0, return_counts=True)
    if weights is None and len(kinds) <= _FEW_KINDS:
        # Units that are alike are drawn together: how often each kind comes is multinomial.
        rng = np.random.default_rng(seed)
        counts = rng.multinomial(len(sizes), numbers / len(sizes), N_DRAWS).astype(np.float64)
        draws = statistic(counts @ kinds[:, :-1], counts @ kinds[:, -1])
    else:
        blocks = draw_counts(len(sizes), N_DRAWS, seed, weights)
        draws = np.concatenate([statistic(counts @ sums, counts @ sizes) for counts in blocks])
    unit_weights = np.ones(len(sizes)) if weights is None else weights
    # The estimate is the statistic of a draw that takes every unit as often as its weight.
    value = statistic((unit_weights @ sums)[None], np.array([unit_weights @ sizes]))
    low, high = percentile_ends(draws, len(sizes), level)
    return Interval(float(value[0]), low, high, n=round(float(sizes.sum())), level=level)


def percentile_ends(draws: NDArray[np.float64], n_units: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the expanded percentiles of bootstrap draws from so many units.

    Examples:
        With very many units these are the plain percentiles.

        >>> percentile_ends(np.arange(10_001) / 10_000, n_units=10**9, level=0.9)
        (0.05, 0.95)
    """
    from scipy.special import ndtr, stdtrit

    # A bootstrap's spread is too small by √((n-1)/n), and a normal quantile stands where Student's should.
    spread = np.sqrt(n_units / (n_units - 1)) * stdtrit(n_units - 1, (1 + level) / 2)
    tail = float(ndtr(-spread))
    low, high = np.quantile(draws, [tail, 1 - tail])
    # Sums of one order or another differ in the last digits.
    return round(float(low), 9), round(float(high), 9)
