"""When to stop paying: three signs with their figures, and two verdicts.

The verdicts are different advice. "Target reached" means that the model is good enough; "more labels of this kind no
longer help" means that it may not be, but labels are no longer what it lacks: look at the labels, the model and the
classes. No criterion of stopping is best everywhere (Pullar-Strecker et al., Machine Learning 2022, arXiv 2110.03802),
so each sign shows its figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.statistic import Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted, percent

LEAST_CHANGE = 0.01
"""With fewer changed predictions a model of classes has moved by less than a point of accuracy."""

LEAST_GROWTH = 0.1
"""Models that differ by fewer training labels than this agree because of that alone."""


@dataclass(frozen=True)
class Sign:
    """One sign that it is time to stop.

    Attributes:
        holds: Whether it says so; a refused sign does not.
        figure: What it rests on, a sentence without a full stop.
        is_refused: Whether there is too little to tell.
    """

    holds: bool
    figure: str
    is_refused: bool = False

    @classmethod
    def refused(cls, reason: str) -> "Sign":
        """Return a sign that cannot be told, with the reason as its figure."""
        return cls(holds=False, figure=reason, is_refused=True)


@dataclass(frozen=True)
class StopAdvice:
    """What the three signs add up to.

    Attributes:
        target: Accuracy reached the target in two rounds in a row.
        value: The next batch costs more than it is worth.
        stability: Predictions hardly change any more.
    """

    target: Sign
    value: Sign
    stability: Sign

    @property
    def is_target_reached(self) -> bool:
        """Whether the first sign holds and one of the other two."""
        return self.target.holds and (self.value.holds or self.stability.holds)

    @property
    def is_more_no_help(self) -> bool:
        """Whether more labels of this kind no longer help: the second and the third sign hold."""
        return self.value.holds and self.stability.holds

    def text(self) -> str:
        """Return the verdicts in words.

        Examples:
            >>> yes, no = Sign(True, ""), Sign(False, "")
            >>> StopAdvice(yes, no, yes).text()
            'Target reached.'
            >>> StopAdvice(no, yes, yes).text()
            'More labels of this kind no longer help: check the labels, the model and the classes.'
            >>> StopAdvice(yes, no, no).text()
            'Go on: nothing says yet that it is time to stop.'
        """
        verdicts = []
        if self.is_target_reached:
            verdicts.append("Target reached.")
        if self.is_more_no_help:
            verdicts.append("More labels of this kind no longer help: check the labels, the model and the classes.")
        return " ".join(verdicts) or "Go on: nothing says yet that it is time to stop."


def target_sign(accuracies: Sequence[Statistic], target: float) -> Sign:
    """Return whether the lower end of the interval reached the target in the last two rounds.

    One round alone would stop by luck: a project that looks after each of ten rounds has ten chances.

    Args:
        accuracies: One for each round, the latest last.
        target: What to reach, 0 to 1.
    """
    if len(accuracies) < 2:
        return Sign.refused(f"{counted(len(accuracies), 'round')} with a result; two in a row must reach it")
    last_two = accuracies[-2:]
    for accuracy in last_two:
        if not accuracy.speaks:
            return Sign.refused(accuracy.reason)
    holds = all(accuracy.is_above(target) for accuracy in last_two)
    ends = " and ".join(percent(accuracy.low) for accuracy in last_two if accuracy.speaks)
    return Sign(holds, f"at least {ends} in the last two rounds, against a target of {percent(target)}")


def value_sign(gain: Statistic, *, value_per_point: float, price: float, currency: str = "€") -> Sign:
    """Return whether even the upper end of the expected gain is worth less than the next batch costs.

    Args:
        gain: By how much the next batch raises accuracy (`Forecast.gain`).
        value_per_point: What one point (1 %) of accuracy is worth.
        price: What the next batch costs.
        currency: The sign before amounts.

    Examples:
        >>> from al_core.evaluation.statistic import Interval
        >>> value_sign(Interval(0.007, 0.002, 0.012, n=300), value_per_point=50, price=70).figure
        'the next batch is worth € 10 to € 60 and costs € 70'
    """
    if not gain.speaks:
        return Sign.refused(gain.reason)
    # A batch that may lower accuracy is worth nothing then, not less: nobody has to use the worse model.
    low = max(100 * gain.low * value_per_point, 0)
    high = max(100 * gain.high * value_per_point, 0)
    figure = (
        f"the next batch is worth {currency} {low:,.0f} to {currency} {high:,.0f} and costs {currency} {price:,.0f}"
    )
    return Sign(high < price, figure)


def count_changed(before: NDArray[np.generic], after: NDArray[np.generic]) -> int:
    """Return how many predictions differ between two models, e.g. of the most probable class of each row (N,).

    Raises:
        InvalidInputError: If the models did not predict the same rows.

    Examples:
        >>> count_changed(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2]))
        1
    """
    if before.shape != after.shape:
        raise InvalidInputError(f"two models are compared on the same rows, not on {len(before)} and {len(after)}")
    return int(np.sum(before != after))


def stability_sign(
    *, n_changed: int, n_rows: int, n_labels_before: int, n_labels_after: int, bounds_accuracy: bool
) -> Sign:
    """Return whether predictions hardly change any more.

    For classes the share of changed predictions is a bound: on these rows accuracy cannot have moved by more, since a
    prediction that did not change is as right as before. For boxes, masks and keypoints it bounds nothing.

    Args:
        n_changed: How many rows of the population are predicted differently.
        n_rows: How many rows were compared.
        n_labels_before: Training labels of the earlier model.
        n_labels_after: Training labels of the later one.
        bounds_accuracy: Whether predictions are classes.

    Examples:
        >>> sign = stability_sign(
        ...     n_changed=12, n_rows=1000, n_labels_before=500, n_labels_after=600, bounds_accuracy=True)
        >>> sign.holds, sign.figure
        (False, 'the last 100 labels changed 1.2% of predictions, so accuracy moved by at most 1.2 points')
    """
    if n_rows == 0:
        return Sign.refused("no rows that both models predicted")
    n_more = n_labels_after - n_labels_before
    if n_more < LEAST_GROWTH * n_labels_before or n_more <= 0:
        return Sign.refused(
            f"{counted(n_more, 'more label')} than {n_labels_before:,}; a comparison needs {LEAST_GROWTH:.0%} more"
        )
    # Of the whole population, not of the test labels: predictions cost nothing, and a full count needs no interval.
    share = n_changed / n_rows
    figure = f"the last {counted(n_more, 'label')} changed {percent(share)} of predictions"
    if bounds_accuracy:
        figure += f", so accuracy moved by at most {100 * share:.1f} points"
    return Sign(share <= LEAST_CHANGE, figure)


def unpriced_value_sign() -> Sign:
    """Return the second sign of a project without a price or a value per point."""
    return Sign.refused("no price and value of a point are set")
