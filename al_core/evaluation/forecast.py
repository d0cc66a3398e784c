"""How many more labels a target needs and what the next ones bring: a range or a refusal, never one number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import LEAST_UNITS, group_totals
from al_core.evaluation.curve_draws import SLOW_SHAPES, USUAL_SHAPES, CurveDraws, draw_curves
from al_core.evaluation.intervals import difference
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted, percent

LEAST_ROUNDS = 4
"""Three points always lie on a curve of three parameters."""

LEAST_TESTS = 50
"""With fewer test labels accuracy itself is open by more than 20 points."""

LEAST_TESTS_FOR_TARGET = 500
"""With fewer a range is short only where luck brought accuracy near the target: with 300 test labels, those that were
short enough to be shown held the truth in 3 of 4 cases at best, with 100 in 1 of 2 (docs/benchmarks/rounds.md)."""

WIDEST_RANGE = 4
"""How many times as many training labels the upper end may need as the lower; a wider range tells a budget nothing."""

RANGE_LEVEL = 0.8
"""A range is meant to hold the truth in so many cases, as from the 10 % to the 90 % quantile of what may come."""

# The curves that are tried are not all there are: from this to the opposite quantile of the draws, ranges held the
# truth as often as they should in simulated projects of digits and Fashion-MNIST (docs/benchmarks/rounds.md).
_TAIL = 0.06
# The same for slow curves, whose upper end is stretched: the farther ahead, the more curves differ from all that are
# tried. A way of twice the labels so far becomes one of 2.8 times.
_SLOW_TAIL = 0.1
_STRETCH = 1.5
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

            What refuses all of it is said once.

            >>> Forecast(few, few, few).text(0.85, n_next=100)
            'no forecast: 2 rounds; a forecast needs 4'
        """
        needed = self.needed.text()
        if not self.needed.speaks and not self.gain.speaks and needed == self.gain.text():
            return f"no forecast: {needed}"
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
        # The dataclass is frozen, so what it converts goes past its setter.
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
    def n_units(self) -> int:
        """How many test labels or groups of them stand for themselves."""
        return self.n_tests if self.groups is None else len(np.unique(self.groups))

    def covariance(self) -> NDArray[np.float64]:
        """Return (R, R) the covariance of the accuracies, as other test labels or groups would have given them."""
        groups = np.arange(self.n_tests) if self.groups is None else self.groups
        sums, sizes = group_totals(np.asarray(self.outcomes.T, np.float64), groups)
        # By how much each group's sum is off from what its size alone would give: the variance of a ratio.
        residuals = sums - sizes[:, None] * self.accuracies
        n_units = len(sizes)
        spread = residuals.T @ residuals * n_units / (n_units - 1) / self.n_tests**2
        # One more unit that all rounds get wrong, and half a one that each round has to itself: outcomes that are all
        # alike are not without variance.
        return np.asarray(spread + (1 + 0.25 * np.eye(self.n_rounds)) / n_units**2)

    def without_first(self) -> "LearningCurve":
        """Return the later rounds: the first batch, chosen without a model, lies on another curve."""
        return LearningCurve(self.n_labels[1:], self.outcomes[1:], self.groups)


def forecast(curve: LearningCurve, *, target: float, n_next: int, seed: int = 0) -> Forecast:
    """Return how many more labels a target needs and what the next batch brings, each as a range or a refusal.

    Both are ranges over the curves that the rounds allow (`draw_curves`); from five rounds on the first is left out.
    How many labels a target takes at least is asked of usual curves, how many at most of slow ones, farther out.
    The range for a target is of all training labels; where its upper end is open or cannot be shown, the refusal says
    how many more labels are needed at least.

    Args:
        curve: The rounds.
        target: Accuracy to reach.
        n_next: Training labels of the next batch.
        seed: Fixes the draws.

    Examples:
        >>> n_labels = np.array([100, 200, 400, 800, 1600])
        >>> right = np.arange(2000) < 2000 * (0.9 - 10 * n_labels**-0.7)[:, None]
        >>> result = forecast(LearningCurve(n_labels, right), target=0.86, n_next=100)
        >>> result.gain.low < 10 * (1600**-0.7 - 1700**-0.7) < result.gain.high
        True
        >>> result.needed.low < (10 / 0.04) ** (1 / 0.7) - 1600 < result.needed.high
        True
    """
    last_gain = _last_gain(curve, seed)
    refusal = _too_little(curve)
    if refusal:
        return Forecast(refusal, refusal, last_gain, refusal.n_needed)
    used = curve.without_first() if curve.n_rounds > LEAST_ROUNDS else curve
    curves = _Curves.drawn(used, seed)
    if not curves.usual.is_curve:
        reason = "accuracy does not rise with the labels as it does where a model learns from them; look at both"
        return Forecast(Refusal(reason, curve.n_tests), Refusal(reason, curve.n_tests), last_gain)
    needed = _needed(curves, target, curve.n_tests)
    return Forecast(
        _gain(curves.usual, n_next, curve.n_tests), needed, last_gain, _tests_to_speak(used, needed, target, seed)
    )


def _last_gain(curve: LearningCurve, seed: int) -> Statistic:
    if curve.n_rounds < 2:
        return Refusal(f"{counted(curve.n_rounds, 'round')}; a gain needs 2", curve.n_tests)
    return difference(curve.outcomes[-2], curve.outcomes[-1], curve.groups, seed=seed)


def _too_little(curve: LearningCurve) -> Refusal | None:
    if curve.n_rounds < LEAST_ROUNDS:
        return Refusal(f"{counted(curve.n_rounds, 'round')}; a forecast needs {LEAST_ROUNDS}", curve.n_tests)
    if curve.n_tests < LEAST_TESTS:
        reason = f"{counted(curve.n_tests, 'test label')}; a forecast needs {LEAST_TESTS}"
        return Refusal(reason, curve.n_tests, LEAST_TESTS)
    if curve.n_units < LEAST_UNITS:
        return Refusal(f"{counted(curve.n_units, 'test group')}; a forecast needs {LEAST_UNITS}", curve.n_tests)
    return None


@dataclass(frozen=True, eq=False)
class _Curves:
    """Curves that the rounds allow.

    Attributes:
        usual: As whole curves have turned out: for the next batch, and the least that a target takes.
        slow: Those that rise on: for the most that a target takes.
    """

    usual: CurveDraws
    slow: CurveDraws

    @classmethod
    def drawn(cls, curve: LearningCurve, seed: int, factor: int = 1) -> "_Curves":
        """Return them as the rounds allow, or would allow with so many times the test labels."""
        n_labels = curve.n_labels.astype(np.float64)
        covariance = curve.covariance() / factor
        return cls(
            *(
                draw_curves(n_labels, curve.accuracies, covariance, np.random.default_rng(seed), prior)
                for prior in (USUAL_SHAPES, SLOW_SHAPES)
            )
        )

    def labels_for(self, target: float) -> tuple[float, float, float]:
        """Return the least, middle and most training labels that reach a target."""
        n_now = self.usual.n_labels
        least = _quantiles(self.usual.labels_for(target), _TAIL)[0]
        if not self.slow.is_curve:
            return least, np.inf, np.inf
        slow_least, middle, most = _quantiles(self.slow.labels_for(target), _SLOW_TAIL)
        # Where nearly all usual curves level off below the target, slow ones would name a number all the same.
        low = min(least, slow_least) if np.isfinite(least) else np.inf
        return low, middle, n_now * (most / n_now) ** _STRETCH


def _quantiles(values: NDArray[np.float64], tail: float) -> list[float]:
    """Return the quantiles at a tail, in the middle and at the opposite tail; values may be infinite."""
    # This method returns one of the values; interpolation between a number and infinity would not.
    ends: list[float] = np.quantile(values, [tail, 0.5, 1 - tail], method="inverted_cdf").tolist()
    return ends


def _gain(curves: CurveDraws, n_next: int, n_tests: int) -> Interval:
    low, middle, high = np.quantile(curves.gains(n_next), [_TAIL, 0.5, 1 - _TAIL])
    return Interval(float(middle), float(low), float(high), n_tests, RANGE_LEVEL)


def _needed(curves: _Curves, target: float, n_tests: int) -> Statistic:
    n_now = curves.usual.n_labels
    low, middle, high = curves.labels_for(target)
    followed = WIDEST_RANGE * n_now
    if np.isfinite(low) and low > followed:
        reason = f"more than {followed - n_now:,.0f} more labels, farther than the curve can be followed"
        return Refusal(reason, n_tests)
    if np.isinf(low):
        return Refusal(f"the curve levels off below {percent(target)}", n_tests)
    least = f"at least {low - n_now:,.0f} more labels" if low > n_now else "perhaps no more labels"
    if n_tests < LEAST_TESTS_FOR_TARGET:
        reason = f"{least}; how many at most needs {LEAST_TESTS_FOR_TARGET} test labels, there are {n_tests:,}"
        return Refusal(reason, n_tests, LEAST_TESTS_FOR_TARGET)
    if np.isinf(high):
        return Refusal(f"{least}; whether the curve reaches {percent(target)} at all is open", n_tests)
    # Of all labels, not of those still missing: near the target a range from 0 would always be too wide, and the
    # forecast would speak where luck made it short.
    if high > WIDEST_RANGE * low:
        end = f"{high - n_now:,.0f}" if high <= followed else f"more than {followed - n_now:,.0f}"
        reason = f"anything from {low - n_now:,.0f} to {end} more labels is possible"
        return Refusal(f"{reason}, too wide a range to plan with", n_tests)
    return Interval(middle - n_now, low - n_now, high - n_now, n_tests, RANGE_LEVEL)


def _tests_to_speak(curve: LearningCurve, needed: Statistic, target: float, seed: int) -> int | None:
    """Return how many test labels would narrow a refused range enough, if the rounds stayed as they are."""
    if needed.speaks:
        return None
    for factor in _MORE_TEST_LABELS:
        n_tests = factor * curve.n_tests
        if n_tests < LEAST_TESTS_FOR_TARGET:
            continue
        curves = _Curves.drawn(curve, seed, factor)
        # Rounds that scatter may lie on no curve once test labels explain less of it.
        if curves.usual.is_curve and _needed(curves, target, n_tests).speaks:
            return n_tests
    return None
