"""Was a model trained on test samples? Then it behaves otherwise on them than on other rows of the same reserve.

All rows of the reserve are drawn alike, so which of them are labeled is chance unless a model has seen them. Two traces
are asked for that need no labels, and so can be had of both sides:

- **Surer**: how sure the model is. It tells models that fit their labels closely, such as neighbors and networks.
- **Moved**: how far its probabilities are from those of the model before it. A model moves where its training set has
  grown; what makes a sample easy or hard cancels. It tells linear probes, which are hardly surer of what they were
  trained on.

Source: Yeom et al., Privacy Risk in Machine Learning (CSF 2018, arXiv 1709.01604), on the first; Watson et al., On the
Importance of Difficulty Calibration in Membership Inference Attacks (ICLR 2022, arXiv 2111.08440), on the second; Good,
Permutation, Parametric and Bootstrap Tests of Hypotheses (2005), §3.2, on the test. How often each tells which model:
docs/benchmarks/rounds.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.statistic import Refusal
from al_core.exceptions import InvalidInputError
from al_core.types import Probabilities

SIGNIFICANCE = 0.001
"""One honest model in a thousand is accused; every round tests one."""

LEAST_PER_SIDE = 5
"""Labeled and unlabeled rows: with fewer the smallest possible p is above the significance for most sizes."""

N_PERMUTATIONS = 9_999
"""With the observed order 10,000, so that p has four decimals."""
# Once so many permutations reach the difference, p is clearly above the significance (Besag, Clifford, Biometrika 78,
# 1991: sequential Monte Carlo p-values).
_ENOUGH_REACHED = 100
_BLOCK = 500
# How far a model moves hangs on how sure it was before: little at either end. A cubic leaves no bend to be seen.
_DEGREE = 3


class Trace(StrEnum):
    """What gives a model away."""

    SURER = "surer"
    MOVED = "moved"


@dataclass(frozen=True, eq=False)
class ReserveRows:
    """The rows of a reserve that a model has predicted.

    Attributes:
        is_labeled: (R,) whether the label of each is back.
        groups: (R,) the group of each; by default each stands for itself. Groups are labeled as a whole; one whose
            labels are back in part counts on neither side.
        strata: (R,) the stratum of each; by default there is one. Strata are drawn and labeled at their own rates.
    """

    is_labeled: NDArray[np.bool_]
    groups: NDArray[np.int64] | None = None
    strata: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Contamination:
    """Whether a model behaves otherwise on labeled test samples than chance explains.

    Attributes:
        p_value: How often a random part of the reserve of this size would differ as much, times the traces asked for.
        trace: The one that differs most.
        labeled: Its mean on test samples whose labels are back: confidence, or the share of probability that moved.
        reserve: Its mean on the rest of the reserve.
    """

    p_value: float
    trace: Trace
    labeled: float
    reserve: float

    @property
    def is_detected(self) -> bool:
        """Whether no accuracy should be shown."""
        return self.p_value < SIGNIFICANCE

    def text(self) -> str:
        """Return what the page says.

        Examples:
            >>> print(Contamination(0.0001, Trace.SURER, 0.98, 0.81).text())  # doctest: +NORMALIZE_WHITESPACE
            The model is surer of labeled test samples (0.98) than of the rest of the reserve (0.81), p = 0.0001: it was
            probably trained on test samples, so its accuracy is not shown. Train it on the training labels only.
        """
        comparison = f"labeled test samples ({self.labeled:.2f})"
        rest = f"the rest of the reserve ({self.reserve:.2f}), p = {self.p_value:.2g}"
        advice = "so its accuracy is not shown. Train it on the training labels only."
        if not self.is_detected:
            return f"The model treats {comparison} about as it treats {rest}."
        if self.trace == Trace.SURER:
            return (
                f"The model is surer of {comparison} than of {rest}: it was probably trained on test samples, {advice}"
            )
        return (
            f"The model has moved farther from the one before it on {comparison} than on {rest}: one of the two was "
            f"probably trained on test samples, {advice}"
        )


def detect_contamination(
    reserve: ReserveRows,
    confidence: NDArray[np.floating],
    *,
    moved: NDArray[np.floating] | None = None,
    confidence_before: NDArray[np.floating] | None = None,
    seed: int = 0,
) -> Contamination | Refusal:
    """Return whether a model was trained on test samples, by permutation tests.

    Means are compared, not ranks: a model is not the surest of what it was trained on, but it is never unsure of it.
    With two traces each must be twice as rare (Bonferroni), so that honest models are accused no more often.

    Args:
        reserve: Which rows are labeled.
        confidence: (R,) of the model, 0 to 1.
        moved: (R,) how far it is from the model before it (`moved_probability`); None if there was none.
        confidence_before: (R,) of that model; goes with `moved`.
        seed: Fixes the permutations.

    Raises:
        InvalidInputError: If a value is not a number.

    Examples:
        >>> reserve = ReserveRows(np.arange(90) < 30)
        >>> detect_contamination(reserve, np.r_[np.full(30, 0.99), np.linspace(0.5, 0.9, 60)]).is_detected
        True
    """
    values = {Trace.SURER: np.asarray(confidence, np.float64)}
    differing = dict(values)
    if moved is not None and confidence_before is not None:
        values[Trace.MOVED] = np.asarray(moved, np.float64)
        differing[Trace.MOVED] = _beyond_usual(values[Trace.MOVED], np.asarray(confidence_before, np.float64))
    if not all(np.isfinite(each).all() for each in differing.values()):
        raise InvalidInputError("a confidence on the test reserve is not a number; predictions need one for every row")
    units = _Units.of(reserve)
    n_labeled = int(units.is_labeled.sum())
    n_unlabeled = len(units.is_labeled) - n_labeled
    if min(n_labeled, n_unlabeled) < LEAST_PER_SIDE:
        noun = "rows" if reserve.groups is None else "groups"
        reason = f"{n_labeled} labeled and {n_unlabeled} unlabeled {noun} of the test reserve"
        return Refusal(f"{reason}; whether a model has seen the labels can be told from {LEAST_PER_SIDE} of each on")
    # The same permutations for both traces.
    chances = {trace: units.chance(each, np.random.default_rng(seed)) for trace, each in differing.items()}
    trace = min(chances, key=lambda each: chances[each])
    sides = [float(values[trace][is_side].mean()) for is_side in (reserve.is_labeled, ~reserve.is_labeled)]
    return Contamination(min(1.0, len(chances) * chances[trace]), trace, *sides)


def moved_probability(before: Probabilities, after: Probabilities) -> NDArray[np.float64]:
    """Return (R,) which share of its probability each row has moved to other classes: the total variation, 0 to 1.

    Examples:
        >>> moved_probability(np.array([[0.5, 0.25, 0.25]]), np.array([[1.0, 0.0, 0.0]])).tolist()
        [0.5]
    """
    return np.asarray(np.abs(np.asarray(after, np.float64) - before).sum(axis=1) / 2)


def _beyond_usual(moved: NDArray[np.float64], confidence_before: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much farther rows moved than others of which the model before was as sure.

    The fit sees all rows alike, labeled or not, so that they stay exchangeable.
    """
    powers = np.vander(confidence_before, _DEGREE + 1)
    coefficients = np.linalg.lstsq(powers, moved, rcond=None)[0]
    return np.asarray(moved - powers @ coefficients)


@dataclass(frozen=True, eq=False)
class _Units:
    """What is exchanged: rows, or whole groups, each within its stratum.

    Attributes:
        unit: (R,) unit of each row, -1 for those of groups that are labeled in part.
        is_labeled: (U,).
        stratum: (U,).
    """

    unit: NDArray[np.int64]
    is_labeled: NDArray[np.bool_]
    stratum: NDArray[np.int64]

    @classmethod
    def of(cls, reserve: ReserveRows) -> "_Units":
        n_rows = len(reserve.is_labeled)
        strata = np.zeros(n_rows, np.int64) if reserve.strata is None else reserve.strata
        if reserve.groups is None:
            return cls(np.arange(n_rows), reserve.is_labeled, strata)
        _, first, unit = np.unique(reserve.groups, return_index=True, return_inverse=True)
        share = np.bincount(unit, reserve.is_labeled) / np.bincount(unit)
        is_whole = (share == 0) | (share == 1)
        # Whole groups are numbered anew, without gaps.
        number = np.where(is_whole, np.cumsum(is_whole) - 1, -1)
        return cls(number[unit], share[is_whole] == 1, strata[first][is_whole])

    def chance(self, values: NDArray[np.float64], rng: np.random.Generator) -> float:
        """Return the share of random labelings whose sum of values (R,) is as high; the actual one counts among them.

        Each group has one value, its mean: the images of one say little more than one of them.
        """
        counts = self.unit >= 0
        unit = self.unit[counts]
        means = np.bincount(unit, values[counts], len(self.is_labeled)) / np.bincount(
            unit, minlength=len(self.is_labeled)
        )
        # Sums of the same numbers in another order differ in the last digits.
        reached = means[self.is_labeled].sum() - 1e-9 * np.abs(means).sum()
        n_done = 0
        n_reaching = 0
        for sums in self._permuted_sums(means, rng):
            n_reaching += int((sums >= reached).sum())
            n_done += len(sums)
            if n_done >= N_PERMUTATIONS or n_reaching >= _ENOUGH_REACHED:
                break
        return (1 + n_reaching) / (1 + n_done)

    def _permuted_sums(self, means: NDArray[np.float64], rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        """Yield blocks of sums over as many random units of each stratum as are labeled in it."""
        members = [np.flatnonzero(self.stratum == number) for number in np.unique(self.stratum)]
        n_left = N_PERMUTATIONS
        while n_left > 0:
            sums = np.zeros(min(_BLOCK, n_left))
            n_left -= len(sums)
            for units in members:
                n_labeled = int(self.is_labeled[units].sum())
                if n_labeled:
                    # The units of the lowest random keys are a uniform subset; this draws a block of subsets at once.
                    keys = rng.random((len(sums), len(units)), np.float32)
                    subsets = np.argpartition(keys, n_labeled - 1, axis=1)[:, :n_labeled]
                    sums += means[units][subsets].sum(axis=1)
            yield sums
