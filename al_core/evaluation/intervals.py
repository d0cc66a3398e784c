"""Intervals for shares: of right predictions and of their differences, over samples or over groups."""

from dataclasses import replace
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import LEAST_UNITS, bootstrap_interval, group_totals
from al_core.evaluation.statistic import LEVEL, Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted

# Of the range from 0 to 1, of which 1e-15 is left.
_N_HALVINGS = 50

Outcomes: TypeAlias = NDArray[np.bool_] | NDArray[np.floating]
"""(T,) one value from 0 to 1 for each test label: whether the model was right, or an overlap, or another figure."""


def wilson(n_right: float, n: float, level: float = LEVEL) -> Statistic:
    """Return a share with Wilson's score interval.

    It holds its level on average also with few labels. Near shares of 0 and 1 it does not: with 99 right of 100 its
    upper end is 99.8 %, which cuts off truths that are common among good models. `share_interval` mends that.

    Source: Wilson, JASA 22 (1927); Brown, Cai, DasGupta, Statistical Science 16 (2001), §3.1.1.

    Args:
        n_right: How many predictions were right.
        n: How many there are; an effective number of labels need not be whole.
        level: How often the interval should hold the truth.

    Examples:
        For 8 of 10 the ends solve |p - 0.8| = 1.96 √(p (1 - p) / 10).

        >>> wilson(8, 10).text()
        '80.0% (49.0% to 94.3%), from 10 labels'
        >>> wilson(0, 0).text()
        'no test labels yet'
    """
    if n <= 0:
        return Refusal("no test labels yet", n=0, n_needed=1)
    share = n_right / n
    z = normal_quantile(level)
    middle = share + z**2 / (2 * n)
    variance = share * (1 - share) / n
    half = z * np.sqrt(variance + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # At shares of 0 and 1 rounding would leave the end a hair inside.
    low = 0.0 if share == 0 else float((middle - half) / scale)
    high = 1.0 if share == 1 else float((middle + half) / scale)
    return Interval(share, low, high, n=round(n), level=level)


def share_interval(n_right: float, n: float, level: float = LEVEL) -> Statistic:
    """Return a share with Wilson's score interval, each end as far out as the mid-P interval's where that is farther.

    A 95 % interval then holds the truth in at least 92.5 % of samples for every share, every number of labels from 10
    on and every size of population (enumerated in its tests); Wilson's alone falls to 84 %, near shares of 0 and 1. It
    is 1 to 7 % wider. Nothing is taken off for the part of a finite population that was labeled: a reserve is a tenth
    at most, which would narrow the interval by a twentieth.

    Source: Berry, Armitage, The Statistician 44 (1995), on mid-P intervals; Brown, Cai, DasGupta (2001), §4.1.1, on
    what Wilson's needs near the ends.

    Args:
        n_right: How many were right.
        n: Of how many; an effective number of labels need not be whole.
        level: How often the interval should hold the truth.

    Examples:
        With all right the lower end is Wilson's, with one mistake the upper end is the exact one.

        >>> share_interval(100, 100).low == wilson(100, 100).low
        True
        >>> wilson(99, 100).text(), share_interval(99, 100).text()
        ('99.0% (94.6% to 99.8%), from 100 labels', '99.0% (94.6% to 99.9%), from 100 labels')
    """
    interval = wilson(n_right, n, level)
    if not interval.speaks:
        return interval
    low = min(interval.low, _mid_p_low(n_right, n, level))
    high = max(interval.high, 1 - _mid_p_low(n - n_right, n, level))
    return replace(interval, low=low, high=high)


def _mid_p_low(n_right: float, n: float, level: float) -> float:
    """Return the share under which so many or more are right with half of (1 - level), the observed number halved.

    The binomial's tails are incomplete beta functions, which also take numbers of labels that are not whole.
    """
    from scipy.special import betainc

    if n_right <= 0:
        return 0.0
    low = 0.0
    high = 1.0
    for _ in range(_N_HALVINGS):
        middle = (low + high) / 2
        reaching = betainc(n_right, n - n_right + 1, middle)
        exceeding = betainc(n_right + 1, n - n_right, middle) if n_right < n else 0.0
        # The chance rises with the share, so halving finds where it crosses.
        if (reaching + exceeding) / 2 < (1 - level) / 2:
            low = middle
        else:
            high = middle
    return low


def normal_quantile(level: float) -> float:
    """Return how many standard deviations each side of the mean hold a share of a normal distribution.

    Examples:
        >>> round(normal_quantile(0.95), 2)
        1.96
    """
    return NormalDist().inv_cdf((1 + level) / 2)


def accuracy(outcomes: Outcomes, groups: NDArray[np.int64] | None = None, *, seed: int = 0) -> Statistic:
    """Return the mean outcome with its interval: of a share, or a bootstrap over groups if test rows come in groups.

    Images of one sequence or patient are alike, so 300 of them say less than 300 others would. A bootstrap draws whole
    groups again and again (Davison, Hinkley, Bootstrap Methods and their Application, 1997, §3.8).

    Args:
        outcomes: One value for each test label.
        groups: (T,) group of each test label.
        seed: Fixes the bootstrap.

    Examples:
        >>> accuracy(np.array([True] * 30 + [False] * 10)).text()
        '75.0% (59.8% to 86.5%), from 40 labels'
    """
    values = np.asarray(outcomes, np.float64)
    if groups is None and _is_binary(values):
        return share_interval(float(values.sum()), len(values))
    sums, sizes = group_totals(values[:, None], np.arange(len(values)) if groups is None else groups)
    if len(sizes) < LEAST_UNITS:
        return _too_few_units(len(sizes), len(values), "group" if groups is not None else "label")
    if np.ptp(values) == 0:
        # Outcomes that are all alike have no spread to draw from: at worst each group is one observation.
        worst = share_interval(float(values[0] * len(sizes)), len(sizes))
        return Interval(float(values[0]), worst.low, worst.high, len(values)) if worst.speaks else worst
    interval = bootstrap_interval(sums, sizes, lambda totals, n: totals[:, 0] / n, seed=seed)
    # Expanded percentiles may leave the scale.
    return Interval(float(values.mean()), max(interval.low, 0.0), min(interval.high, 1.0), n=len(values))


def difference(
    first: Outcomes, second: Outcomes, groups: NDArray[np.int64] | None = None, *, seed: int = 0
) -> Statistic:
    """Return by how much the second model's mean outcome is higher, from the test labels that both were judged on.

    Pairs make the interval far narrower than two separate ones would be: what both get right or wrong cancels. One
    pair for each way the models could differ is added to the bootstrap's urn, so that ten pairs without a difference
    do not claim that there is none (Bonett, Price, Journal of Educational and Behavioral Statistics 37, 2012). With
    half a pair, 95 % intervals hold the truth in 87 % where only one model is ever better (tests/evaluation).

    Args:
        first: One value for each test label.
        second: The same for the other model, in the same order.
        groups: (T,) group of each test label; whole groups are drawn then.
        seed: Fixes the bootstrap.

    Raises:
        InvalidInputError: If the two were not judged on the same test labels.

    Examples:
        >>> first = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1, 1] * 10)
        >>> second = np.array([1, 1, 1, 1, 1, 0, 0, 0, 1, 0] * 10)
        >>> difference(first, second).text()
        '20.0% (7.8% to 31.4%), from 100 labels'
    """
    if len(first) != len(second):
        raise InvalidInputError(
            f"paired models are judged on the same test labels, but there are {len(first)} outcomes of one and "
            f"{len(second)} of the other; take the labels that both have predictions for"
        )
    gains = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    units = np.arange(len(gains)) if groups is None else groups
    sums, sizes = group_totals(gains[:, None], units)
    if len(sizes) < LEAST_UNITS:
        return _too_few_units(len(sizes), len(gains), "label" if groups is None else "group")
    # A pair that differs either way, of the size of a usual unit.
    usual = float(sizes.mean())
    urn_sums = np.vstack([sums, [[usual], [-usual]]])
    urn_sizes = np.append(sizes, [usual, usual])
    interval = bootstrap_interval(urn_sums, urn_sizes, lambda totals, n: totals[:, 0] / n, seed=seed)
    value = float(gains.mean())
    # The pairs that were added may pull an end past the estimate.
    return Interval(value, min(interval.low, value), max(interval.high, value), n=len(gains))


def independent_difference(first: Interval, second: Interval) -> Interval:
    """Return by how much the second of two shares from separate labels is higher.

    So is what a model says on chosen samples set against what it says on test samples.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10: the ends of Wilson's intervals, squared.

    Examples:
        The published example: 56 of 70 against 48 of 80.

        >>> independent_difference(wilson(48, 80), wilson(56, 70)).text()
        '20.0% (5.2% to 33.4%), from 150 labels'
    """
    value = second.value - first.value
    low = value - np.hypot(second.value - second.low, first.high - first.value)
    high = value + np.hypot(second.high - second.value, first.value - first.low)
    return Interval(value, float(low), float(high), n=first.n + second.n, level=min(first.level, second.level))


def _is_binary(values: NDArray[np.float64]) -> bool:
    return bool(np.all((values == 0) | (values == 1)))


def _too_few_units(n_units: int, n_labels: int, noun: str) -> Refusal:
    reason = f"test labels of {counted(n_units, noun)}" if noun == "group" else f"{counted(n_units, 'test label')}"
    return Refusal(f"{reason}; an interval needs {LEAST_UNITS}", n=n_labels, n_needed=LEAST_UNITS)
