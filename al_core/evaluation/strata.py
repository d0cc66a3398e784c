"""Accuracy on a population of several strata: of arrivals, or of samples that the model is as sure of."""

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.intervals import Outcomes, share_interval
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.text import counted

N_STRATA = 5
"""More strata hardly lower the variance (Cochran 1977, §5A.8)."""

LEAST_PER_STRATUM = 5
"""Strata with fewer labels are merged with their neighbor: their own variance could not be told."""


def stratified(outcomes: Outcomes, strata: NDArray[np.int64], shares: NDArray[np.float64]) -> Statistic:
    """Return accuracy on a population of several strata, each of them tested by a random sample of its own.

    The interval is a share's for the effective number of labels: as many as a plain random sample of the same variance
    would have (Franco, Little, Louis, Slud, Journal of Survey Statistics and Methodology 7, 2019, §2.2).

    Args:
        outcomes: One value for each test label.
        strata: (T,) the stratum of each, from 0.
        shares: (H,) the share of the population in each stratum, adding up to 1.

    Examples:
        80 % of 10 labels in the larger stratum, 50 % of 10 in the smaller: 0.75 · 0.8 + 0.25 · 0.5.

        >>> right = np.array([1] * 8 + [0] * 2 + [1] * 5 + [0] * 5)
        >>> stratified(right, np.repeat([0, 1], 10), np.array([0.75, 0.25])).text()
        '72.5% (48.8% to 89.3%), from 20 labels'
    """
    values = np.asarray(outcomes, np.float64)
    counts = np.bincount(strata, minlength=len(shares))
    untested = np.flatnonzero((counts == 0) & (shares > 0))
    if len(untested):
        return Refusal(f"{counted(len(untested), 'part')} of the population without a test label", n=len(values))
    # A stratum without test labels has share 0 here, so any divisor will do.
    counts = np.maximum(counts, 1)
    sums = np.bincount(strata, values, minlength=len(shares))
    value = float(shares @ (sums / counts))
    # One more of each kind: a stratum that is all right is not without variance.
    smooth = (sums + 1) / (counts + 2)
    variance = float(shares**2 @ (smooth * (1 - smooth) / counts))
    overall = float(shares @ smooth)
    # Numerator and denominator are both smoothed: with raw shares, strata without a mistake would count as infinitely
    # many labels.
    n_effective = overall * (1 - overall) / variance
    interval = share_interval(value * n_effective, n_effective)
    return Interval(value, interval.low, interval.high, n=len(values)) if interval.speaks else interval


def post_stratified(
    outcomes: Outcomes, confidence: NDArray[np.floating], population_confidence: NDArray[np.floating]
) -> Statistic:
    """Return accuracy, weighted so that the test labels have the population's mix of confident and doubtful samples.

    A model is right where it is confident, so chance differences between the mix of a small test set and that of the
    population are most of the error. Strata are fifths of the population by the judged model's confidence; one with
    fewer than 5 test labels is merged with its neighbor.

    Source: Cochran, Sampling Techniques (1977), §5A.9; Fogliato et al., ECCV 2024, on confidence as the stratum.

    Args:
        outcomes: One value for each test label.
        confidence: (T,) how sure the model is of each.
        population_confidence: (N,) how sure it is of each row of the population.
    """
    values = np.asarray(outcomes, np.float64)
    if len(values) < LEAST_PER_STRATUM:
        return share_interval(float(values.sum()), len(values))
    edges = np.quantile(population_confidence, np.arange(1, N_STRATA) / N_STRATA)
    strata = np.searchsorted(edges, confidence, side="right")
    population_strata = np.searchsorted(edges, population_confidence, side="right")
    merged = merged_strata(np.bincount(strata, minlength=N_STRATA))
    n_merged = int(merged[-1]) + 1
    shares = np.bincount(merged[population_strata], minlength=n_merged) / len(population_confidence)
    return stratified(values, merged[strata], shares)


def merged_strata(counts: NDArray[np.int64], least: int = LEAST_PER_STRATUM) -> NDArray[np.int64]:
    """Return the number of the merged stratum of each stratum, so that each has at least so many labels.

    Examples:
        >>> merged_strata(np.array([2, 3, 6, 9, 1])).tolist()
        [0, 0, 1, 2, 2]
    """
    merged = np.zeros(len(counts), np.int64)
    number = 0
    n_labels = 0
    for stratum, count in enumerate(counts.tolist()):
        if n_labels >= least:
            number += 1
            n_labels = 0
        merged[stratum] = number
        n_labels += count
    # Too few are left at the end: they join the stratum before.
    if n_labels < least and number:
        merged[merged == number] = number - 1
    return merged
