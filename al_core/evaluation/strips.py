"""One figure of a selection beside the same figure of RANDOM's draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows


@dataclass(frozen=True)
class Strip:
    """One figure of a selection beside the same figure of RANDOM's draws.

    Attributes:
        selected: The figure of the selection.
        random: The figure of each draw.
    """

    selected: float
    random: tuple[float, ...]

    @property
    def low(self) -> float:
        """The lowest of RANDOM's draws."""
        return min(self.random)

    @property
    def high(self) -> float:
        """The highest of RANDOM's draws."""
        return max(self.random)

    @property
    def is_above_random(self) -> bool:
        """Whether the selection lies above all draws."""
        return self.selected > self.high

    @property
    def is_below_random(self) -> bool:
        """Whether the selection lies below all draws."""
        return self.selected < self.low

    def shares(self) -> str:
        """Return the figure of RANDOM as percentages, e.g. "RANDOM 62% to 65%".

        Examples:
            >>> Strip(0.71, (0.62, 0.65, 0.63)).shares()
            'RANDOM 62% to 65%'
        """
        return f"RANDOM {self.low:.0%} to {self.high:.0%}"


class AmountKind(StrEnum):
    """What is summed over the picks, and over each of RANDOM's draws."""

    CORRECTIONS = "corrections"
    OBJECTS = "objects"
    UNREADABLE = "unreadable"
    CLASSES = "classes"


@dataclass(frozen=True)
class Amount:
    """A sum over the picks beside the same sum over RANDOM's draws.

    Attributes:
        kind: Of what.
        strip: The sums.
        total: How many there are at most; 0 where there is no such number.
    """

    kind: AmountKind
    strip: Strip
    total: int = 0

    def sentence(self) -> str:
        """Return the sum as a sentence of fact.

        Examples:
            >>> Amount(AmountKind.CORRECTIONS, Strip(46.2, (18.4, 25.0))).sentence()
            'about 46 answers of the model will be corrected; RANDOM 18 to 25'
            >>> Amount(AmountKind.CLASSES, Strip(9, (7, 10)), 10).sentence()
            '9 of 10 predicted classes are among the picks; RANDOM 7 to 10'
        """
        count = f"{self.strip.selected:,.0f}"
        words = {
            AmountKind.CORRECTIONS: f"about {count} answers of the model will be corrected",
            AmountKind.OBJECTS: f"about {count} objects are to be labeled",
            AmountKind.UNREADABLE: f"{count} of the picks are hardly readable: among the 1% least sharp, darkest or "
            "brightest",
            AmountKind.CLASSES: f"{count} of {self.total:,} predicted classes are among the picks",
        }
        return f"{words[self.kind]}; RANDOM {self.strip.low:,.0f} to {self.strip.high:,.0f}"


def column_strip(values: NDArray[np.floating], rows: Rows, draws: Sequence[Rows]) -> Strip:
    """Return the sum of a column over the picks beside its sum over each draw: corrections, objects, price, unreadable.

    Expected corrections are the sum of 1 - max p, for example.

    Args:
        values: (N,) one number for each row of the dataset.
        rows: The picks.
        draws: RANDOM's picks.

    Examples:
        >>> column_strip(np.array([0.5, 0.25, 0.0, 0.25]), np.array([0, 1]), [np.array([2, 3]), np.array([1, 3])])
        Strip(selected=0.75, random=(0.25, 0.5))
    """
    return Strip(float(values[rows].sum()), tuple(float(values[draw].sum()) for draw in draws))
