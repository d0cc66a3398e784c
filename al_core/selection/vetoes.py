"""What one limit, or a budget, closes as points are picked; what is closed stays closed."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

NO_LIMIT = -1
NO_POINTS = np.empty(0, np.int64)
ROUNDING = 1e-9
"""Decimals add up with rounding: what is short by less than a billionth of the total still fits."""


class Veto(ABC):
    """One limit while points are picked."""

    @abstractmethod
    def choose(self, point: int) -> NDArray[np.int64]:
        """Count a picked point, and return those that may not be picked after it."""


class Room(Veto):
    """No more than so many rows of each group.

    Args:
        groups: (n,) the group of each point, -1 for none.
        most: (G,) how many rows each group may have; -1 for any number.
        counts: (G,) how many it has.
    """

    def __init__(self, groups: NDArray[np.int64], most: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self._groups = groups
        self._most = most
        self._counts = counts.copy()
        # The points of group g: order[starts[g] : starts[g + 1]].
        self._order = np.argsort(groups, kind="stable")
        # One more than there are groups, so that the last one has an end too.
        self._starts = np.searchsorted(groups[self._order], np.arange(len(most) + 1))

    def full(self) -> NDArray[np.bool_]:
        """Return for each point whether its group has no room, (n,)."""
        is_full = np.append((self._most != NO_LIMIT) & (self._counts >= self._most), False)
        # The last entry stands for no group, which -1 points at.
        return np.asarray(is_full[self._groups], np.bool_)

    def choose(self, point: int) -> NDArray[np.int64]:
        """Count a picked point, and return its group once that has no more room."""
        group = self._groups[point]
        if group < 0:
            return NO_POINTS
        self._counts[group] += 1
        if self._counts[group] < self._most[group] or self._most[group] == NO_LIMIT:
            return NO_POINTS
        return np.asarray(self._order[self._starts[group] : self._starts[group + 1]])


def least_gap(at_least: float, number: float) -> float:
    """Return which difference to a number still counts as `at_least`: decimals subtract with rounding.

    Examples:
        >>> 0.3 - 0.2 >= 0.1, 0.3 - 0.2 >= least_gap(0.1, 0.2)
        (False, True)
    """
    # Two numbers and their difference are rounded, by less than the spacing of numbers of that size each.
    rounding = at_least * ROUNDING + 2 * float(np.spacing(abs(number) + at_least))
    return max(at_least - rounding, 0.0)


class Distance(Veto):
    """Rows of one group whose numbers differ by less than `at_least` are not picked together.

    Args:
        groups: (n,) only points of one group are compared.
        numbers: (n,) NaN for a point without a number, which is near nothing.
        at_least: The least difference.
    """

    def __init__(self, groups: NDArray[np.int64], numbers: NDArray[np.float64], at_least: float) -> None:
        self._groups = groups
        self._numbers = numbers
        self._at_least = at_least
        # NaN sorts last within its group.
        self._order = np.lexsort([numbers, groups])
        self._starts = np.searchsorted(groups[self._order], np.arange(groups.max(initial=-1) + 2))

    def choose(self, point: int) -> NDArray[np.int64]:
        """Return the points that are nearer to a picked one than the least difference."""
        return self.near(self._groups[point], self._numbers[point])

    def near(self, group: int, number: float) -> NDArray[np.int64]:
        """Return the points of a group that are nearer to a number than the least difference."""
        # A group of labeled rows alone has no points here.
        if group < 0 or np.isnan(number) or group + 1 >= len(self._starts):
            return NO_POINTS
        members = self._order[self._starts[group] : self._starts[group + 1]]
        numbers = self._numbers[members]
        gap = least_gap(self._at_least, number)
        # Both sides leave out numbers exactly `at_least` away: those may be picked together.
        first = np.searchsorted(numbers, number - gap, side="right")
        stop = np.searchsorted(numbers, number + gap, side="left")
        return np.asarray(members[first:stop])


class Purse(Veto):
    """What all picked points cost together stays within a total.

    Args:
        costs: (n,).
        total: What may still be spent.
    """

    def __init__(self, costs: NDArray[np.float64], total: float) -> None:
        self._costs = costs
        self._left = total
        self._tolerance = total * ROUNDING
        self._dearest_first = np.argsort(-costs, kind="stable")
        self._n_closed = 0

    def choose(self, point: int) -> NDArray[np.int64]:
        """Pay for a picked point, and return those that cost more than what is left."""
        self._left -= self._costs[point]
        return self.too_dear()

    def too_dear(self) -> NDArray[np.int64]:
        """Return the points, not returned before, that cost more than what is left."""
        costs = self._costs[self._dearest_first[self._n_closed :]]
        # Negated costs ascend, as `searchsorted` needs.
        n_more = int(np.searchsorted(-costs, -(self._left + self._tolerance), side="left"))
        closed = self._dearest_first[self._n_closed : self._n_closed + n_more]
        self._n_closed += n_more
        return np.asarray(closed)


class Minimums:
    """Least numbers of rows of some groups.

    Args:
        groups: For each quota (n,) the group of every point, -1 for none.
        short: For each quota (G,) how many rows each group still needs.
    """

    def __init__(self, groups: list[NDArray[np.int64]], short: list[NDArray[np.int64]]) -> None:
        self._groups = groups
        # One more entry, always 0, for points of no group: -1 points at it.
        self._short = [np.append(np.maximum(needed, 0), 0) for needed in short]

    @property
    def n_short(self) -> int:
        """How many picks the unmet minimums ask for, if each counts toward one."""
        return int(sum(needed.sum() for needed in self._short))

    def choose(self, point: int) -> bool:
        """Count a picked point, and return whether a minimum has just been met."""
        is_met = False
        for groups, needed in zip(self._groups, self._short, strict=True):
            group = groups[point]
            # True on the pick that fills it, not on those after it.
            is_met |= bool(needed[group] == 1)
            needed[group] = max(needed[group] - 1, 0)
        return is_met

    def count_toward(self) -> NDArray[np.bool_]:
        """Return for each point whether it counts toward an unmet minimum, (n,)."""
        counts = [needed[groups] > 0 for groups, needed in zip(self._groups, self._short, strict=True)]
        return np.asarray(np.logical_or.reduce(counts, axis=0), np.bool_)
