"""The control that the test share gives for free: how often the model was wrong on chosen and on random samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.intervals import independent_difference, share_interval
from al_core.evaluation.statistic import Interval, Refusal, Statistic


@dataclass(frozen=True)
class Corrections:
    """How often labelers had to correct the model; it is no accuracy, for chosen samples are meant to be hard.

    Attributes:
        chosen: Share of chosen samples on which the model was wrong.
        random: The same of the test samples of the same rounds, which were drawn at random.
        difference: Chosen minus random.
    """

    chosen: Statistic
    random: Statistic
    difference: Statistic

    @classmethod
    def refused(cls, refusal: Refusal) -> "Corrections":
        """Return that nothing can be compared."""
        return cls(refusal, refusal, refusal)

    @property
    def speaks(self) -> bool:
        """Whether both shares are told, and so their difference."""
        return self.chosen.speaks and self.random.speaks and self.difference.speaks

    @property
    def is_better(self) -> bool:
        """Whether the chosen samples surely correct the model more often than random ones."""
        return self.difference.speaks and self.difference.low > 0

    def text(self) -> str:
        """Return the control in words.

        Examples:
            >>> print(corrections(np.arange(100) >= 46, np.arange(100) >= 21).text())
            per 100 labels the model was wrong on 46 of the chosen and 21 of the random ones: 25 more (12 to 37)
        """
        if not (self.chosen.speaks and self.random.speaks and self.difference.speaks):
            return f"corrections cannot be compared: {self.difference.text()}"
        chosen = f"{100 * self.chosen.value:.0f} of the chosen"
        random = f"{100 * self.random.value:.0f} of the random ones"
        more = f"{100 * self.difference.value:.0f} more ({_ends(self.difference)})"
        return f"per 100 labels the model was wrong on {chosen} and {random}: {more}"


def corrections(chosen_is_right: NDArray[np.bool_], random_is_right: NDArray[np.bool_]) -> Corrections:
    """Return the comparison of corrections.

    Args:
        chosen_is_right: Whether the model that made the scores was right on each chosen sample.
        random_is_right: The same for test samples of the same rounds.
    """
    chosen = share_interval(float(np.sum(~chosen_is_right)), len(chosen_is_right))
    random = share_interval(float(np.sum(~random_is_right)), len(random_is_right))
    # Without labels on one side nothing is said of the other: chosen samples alone are no estimate of anything.
    if not chosen.speaks:
        return Corrections.refused(chosen)
    if not random.speaks:
        return Corrections.refused(random)
    return Corrections(chosen, random, independent_difference(random, chosen))


def _ends(interval: Interval) -> str:
    return f"{100 * interval.low:.0f} to {100 * interval.high:.0f}"
