"""What a statistic is here: an estimate with its interval, or a refusal with its reason. Nothing else is shown."""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from al_core.text import counted, percent

LEVEL = 0.95
"""How often an interval is meant to hold the truth, unless it says otherwise."""


@dataclass(frozen=True)
class Interval:
    """An estimate and the range that holds the truth as often as its level says.

    Attributes:
        value: The estimate.
        low: The lower end.
        high: The upper end.
        n: How many labels it rests on.
        level: How often intervals made in this way hold the truth.

    Examples:
        >>> Interval(0.81, 0.737, 0.866, n=140).text()
        '81.0% (73.7% to 86.6%), from 140 labels'
    """

    value: float
    low: float
    high: float
    n: int
    level: float = LEVEL
    speaks: ClassVar[Literal[True]] = True

    def is_above(self, bound: float) -> bool:
        """Return whether even the lower end reaches a bound."""
        return self.low >= bound

    def is_below(self, bound: float) -> bool:
        """Return whether even the upper end stays below a bound."""
        return self.high < bound

    def text(self) -> str:
        """Return the estimate as a share with its interval and what it rests on."""
        return f"{percent(self.value)} ({percent(self.low)} to {percent(self.high)}), from {counted(self.n, 'label')}"


@dataclass(frozen=True)
class Refusal:
    """Why there is no estimate.

    Attributes:
        reason: A sentence for people, without a full stop.
        n: How many labels there are.
        n_needed: How many labels would allow an estimate; None if more labels would not help, or nobody can say.

    Examples:
        >>> Refusal("3 test labels; a class needs 10", n=3, n_needed=10).text()
        '3 test labels; a class needs 10'
    """

    reason: str
    n: int = 0
    n_needed: int | None = None
    speaks: ClassVar[Literal[False]] = False

    def is_above(self, bound: float) -> bool:
        """Return False: what is not known reaches nothing."""
        return False

    def is_below(self, bound: float) -> bool:
        """Return False: what is not known stays below nothing."""
        return False

    def text(self) -> str:
        """Return the reason."""
        return self.reason


Statistic: TypeAlias = Interval | Refusal
"""An estimate with its interval, or the reason why there is none; `speaks` tells which."""
