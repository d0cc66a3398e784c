"""How many more labels a target needs and what the next ones bring: a range or a refusal, never one number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import LEAST_UNITS, draw_counts, group_totals
from al_core.evaluation.intervals import difference
from al_core.evaluation.power_law import PowerLaw, fit_power_law
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted, percent

LEAST_ROUNDS = 4
"""Three points always lie on a curve of three parameters."""

LEAST_TESTS = 50
"""With fewer test labels accuracy itself is open by more than 20 points."""

LEAST_TESTS_FOR_TARGET = 100
"""With fewer a forecast speaks only where luck made the range short: in simulations it held the truth in 1 of 4."""

WIDEST_RANGE = 4
"""How many times as many training labels the upper end may need as the lower; a wider range tells a budget nothing."""

RANGE_LEVEL = 0.8
"""From the 10 % to the 90 % quantile of the draws."""

_N_DRAWS = 500
# How many times as many test labels are tried, to say how many would make a refused forecast speak.
_MORE_TEST_LABELS = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Forecast:
    """What a learning curve says about the labels to come.

    Attributes:
        gain: By how much the next batch raises accuracy.
        needed: How many more training labels reach the target.
        last_gain: By how much the last round raised accuracy, from paired test labels, whatever the curve says.
        n_tests_to_speak: With about so many test labels the range for the target would be narrow enough; None if it is
            already, or if more test labels would not help.
    """

    gain: Statistic
    needed: Statistic
    last_gain: Statistic
    n_tests_to_speak: int | None = None

    def text(self, target: float, n_next: int) -> str:
        """Return the forecast in words.

        Examples:
            >>> few = Refusal("2 rounds; a forecast needs 4")
            >>> Forecast(Interval(0.007, 0.002, 0.012, n=300, level=0.8), few, few).text(0.85, n_next=100)
            '85.0%: 2 rounds; a forecast needs 4; the next 100 labels: +0.2 to +1.2 points'
            >>> Forecast(few, Interval(600, 400, 900, n=300, level=0.8), few).text(0.85, n_next=100)
            '85.0%: 400 to 900 more labels; the next 100 labels: 2 rounds; a forecast needs 4'
        """
        needed = self.needed.text()
        if self.needed.speaks:
            needed = f"{self.needed.low:,.0f} to {self.needed.high:,.0f} more labels"
        gain = self.gain.text()
        if self.gain.speaks:
            gain = f"{100 * self.gain.low:+.1f} to {100 * self.gain.high:+.1f} points"
        return f"{percent(target)}: {needed}; the next {counted(n_next, 'label')}: {gain}"


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """The rounds of a project, each model judged on the same test labels.

    Attributes:
        n_labels: (R,) training labels of each round, rising.
        outcomes: (R, T) how each round's model did on each test label, 0 to 1.
        groups: (T,) group of each test label; by default each is its own.
    """

    n_labels: NDArray[np.int64]
    outcomes: NDArray[np.float64] | NDArray[np.bool_]
    groups: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", np.asarray(self.outcomes, np.float64))
        if self.outcomes.ndim != 2 or len(self.n_labels) != len(self.outcomes):
            raise InvalidInputError(
                f"each of the {len(self.n_labels)} rounds needs its outcomes on all test labels (R, T), "
                f"not {self.outcomes.shape}"
            )
        if np.any(np.diff(self.n_labels) <= 0):
            raise InvalidInputError(
                f"training labels rise from round to round, not {np.asarray(self.n_labels).tolist()}; "
                "leave out rounds that added none"
            )

    @property
    def n_rounds(self) -> int:
        """How many rounds there are."""
        return len(self.n_labels)

    @property
    def n_tests(self) -> int:
        """How many test labels every round is judged on."""
        return int(self.outcomes.shape[1])

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """(R,) accuracy of each round."""
        return np.asarray(self.outcomes.mean(axis=1))

    @property
    def weights(self) -> NDArray[np.float64]:
        """(R,) one over the variance of each accuracy, with two outcomes added so that none is 0."""
        smooth = (self.outcomes.sum(axis=1) + 1) / (self.n_tests + 2)
        return np.asarray(self.n_tests / (smooth * (1 - smooth)))

    def units(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sums of outcomes (U, R) and sizes (U,) of what a bootstrap draws: test labels or groups."""
        groups = np.arange(self.n_tests) if self.groups is None else self.groups
        return group_totals(np.asarray(self.outcomes.T, np.float64), groups)

    def fit(self, accuracies: NDArray[np.float64], asymptote: float | None = None) -> PowerLaw:
        """Return the curves through accuracies (B, R) of these rounds."""
        return fit_power_law(self.n_labels.astype(np.float64), accuracies, self.weights, asymptote=asymptote)


def forecast(curve: LearningCurve, *, target: float, n_next: int, seed: int = 0) -> Forecast:
    """Return how many more labels a target needs and what the next batch brings, each as a range or a refusal.

    Test labels are drawn again jointly for all rounds, since the same samples judge every model; on top comes the
    scatter of the rounds around the curve that test labels do not explain. The lower end for the target is also the
    optimistic curve's, which ends at 100 %.

    Args:
        curve: The rounds.
        target: Accuracy to reach.
        n_next: Training labels of the next batch.
        seed: Fixes the draws.

    Examples:
        >>> n_labels = np.array([100, 200, 400, 800, 1600])
        >>> right = np.arange(2000) < 2000 * (0.9 - 10 * n_labels**-0.7)[:, None]
        >>> result = forecast(LearningCurve(n_labels, right), target=0.86, n_next=100)
        >>> result.needed.low < (10 / 0.04) ** (1 / 0.7) - 1600 < result.needed.high
        True
    """
    last_gain = _last_gain(curve, seed)
    refusal = _too_little(curve)
    if refusal:
        return Forecast(refusal, refusal, last_gain, refusal.n_needed)
    draws = _Draws.of(curve, seed)
    if draws.point.is_at_bound[0]:
        reason = "the curve still rises too steadily to tell where it ends; more rounds will show it"
        return Forecast(Refusal(reason, curve.n_tests), Refusal(reason, curve.n_tests), last_gain)
    fitted = draws.curves()
    needed = draws.needed(fitted, target)
    return Forecast(draws.gain(fitted, n_next), needed, last_gain, draws.tests_to_speak(needed, target))


def _last_gain(curve: LearningCurve, seed: int) -> Statistic:
    if curve.n_rounds < 2:
        return Refusal(f"{counted(curve.n_rounds, 'round')}; a gain needs 2", curve.n_tests)
    return difference(curve.outcomes[-2], curve.outcomes[-1], curve.groups, seed=seed)


def _too_little(curve: LearningCurve) -> Refusal | None:
    if curve.n_rounds < LEAST_ROUNDS:
        return Refusal(f"{counted(curve.n_rounds, 'round')}; a forecast needs {LEAST_ROUNDS}", curve.n_tests)
    if curve.n_tests < LEAST_TESTS:
        return _too_few_tests(curve.n_tests, LEAST_TESTS)
    n_units = len(curve.units()[1])
    if n_units < LEAST_UNITS:
        return Refusal(f"{counted(n_units, 'test group')}; a forecast needs {LEAST_UNITS}", curve.n_tests)
    return None


def _too_few_tests(n_tests: int, n_needed: int) -> Refusal:
    return Refusal(f"{counted(n_tests, 'test label')}; a forecast needs {n_needed}", n_tests, n_needed)


@dataclass(frozen=True, eq=False)
class _Draws:
    """Curves that other test labels and other training runs might have given.

    Attributes:
        curve: The rounds.
        point: The curve through the accuracies as they are.
        optimistic: The same with an asymptote of 1.
        drawn: (B, R) accuracies on test labels drawn again.
        scatter: Standard deviation of a round around the curve beyond what test labels explain.
        seed: Fixes the draws.
    """

    curve: LearningCurve
    point: PowerLaw
    optimistic: PowerLaw
    drawn: NDArray[np.float64]
    scatter: float
    seed: int

    @classmethod
    def of(cls, curve: LearningCurve, seed: int) -> "_Draws":
        point = curve.fit(curve.accuracies[None])
        optimistic = curve.fit(curve.accuracies[None], asymptote=1.0)
        observed = _squared_residuals(curve, point, curve.accuracies[None])
        drawn = _accuracies(curve, seed)
        # Residuals of a draw have the variance of the observed ones plus that of the test labels.
        explained = _squared_residuals(curve, curve.fit(drawn), drawn) - observed
        freedom = curve.n_rounds / (curve.n_rounds - 3)
        scatter = float(np.sqrt(max(0.0, observed - explained) * freedom))
        return cls(curve, point, optimistic, drawn, scatter, seed)

    def curves(self, factor: int = 1) -> PowerLaw:
        """Return the curves of draws of so many times the test labels."""
        # Means of four times as many labels deviate by half as much.
        accuracies = self.curve.accuracies + (self.drawn - self.curve.accuracies) / np.sqrt(factor)
        scatter = np.random.default_rng(self.seed + 1).normal(0, self.scatter, accuracies.shape)
        return self.curve.fit(np.clip(accuracies + scatter, 0, 1))

    def gain(self, fitted: PowerLaw, n_next: int) -> Interval:
        n_now = int(self.curve.n_labels[-1])
        gains = fitted.accuracy(n_now + n_next) - fitted.accuracy(n_now)
        low, high = np.quantile(gains, [(1 - RANGE_LEVEL) / 2, (1 + RANGE_LEVEL) / 2])
        value = self.point.accuracy(n_now + n_next)[0] - self.point.accuracy(n_now)[0]
        return Interval(float(value), float(low), float(high), self.curve.n_tests, RANGE_LEVEL)

    def needed(self, fitted: PowerLaw, target: float) -> Statistic:
        n_now = int(self.curve.n_labels[-1])
        if self.curve.n_tests < LEAST_TESTS_FOR_TARGET:
            return _too_few_tests(self.curve.n_tests, LEAST_TESTS_FOR_TARGET)
        totals = np.maximum(fitted.labels_for(target), n_now)
        low, high = np.quantile(totals, [(1 - RANGE_LEVEL) / 2, (1 + RANGE_LEVEL) / 2], method="inverted_cdf")
        low = min(low, max(self.optimistic.labels_for(target)[0], n_now))
        if not np.isfinite(low):
            return Refusal(f"the curve levels off below {percent(target)}", self.curve.n_tests)
        # Of all labels, not of those still missing: near the target a range from 0 would always be too wide, and the
        # forecast would speak where luck made it short.
        if high > WIDEST_RANGE * low:
            end = "no number of" if np.isinf(high) else f"{high - n_now:,.0f}"
            reason = f"anything from {low - n_now:,.0f} to {end} more labels is possible"
            return Refusal(f"{reason}, too wide a range to plan with", self.curve.n_tests)
        value = float(np.clip(self.point.labels_for(target)[0], low, high)) - n_now
        return Interval(value, float(low) - n_now, float(high) - n_now, self.curve.n_tests, RANGE_LEVEL)

    def tests_to_speak(self, needed: Statistic, target: float) -> int | None:
        """Return how many test labels would narrow a refused range enough, if the curve stayed as it is."""
        if needed.speaks or needed.n_needed:
            return None if needed.speaks else needed.n_needed
        for factor in _MORE_TEST_LABELS:
            if self.needed(self.curves(factor), target).speaks:
                return factor * self.curve.n_tests
        return None


def _accuracies(curve: LearningCurve, seed: int) -> NDArray[np.float64]:
    """Return (B, R) accuracies of all rounds on test labels drawn again, the same for all rounds."""
    sums, sizes = curve.units()
    blocks = draw_counts(len(sizes), _N_DRAWS, seed)
    return np.concatenate([counts @ sums / (counts @ sizes)[:, None] for counts in blocks])


def _squared_residuals(curve: LearningCurve, fitted: PowerLaw, accuracies: NDArray[np.float64]) -> float:
    """Return the mean squared distance of accuracies to their curves."""
    expected = np.stack([fitted.accuracy(float(n)) for n in curve.n_labels], axis=1)
    return float(np.mean((accuracies - expected) ** 2))
