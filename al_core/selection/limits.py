"""Limits and budget while rows are picked: which points are still open.

A point is a position in `rows`. What a pick closes stays closed, so whoever picks may forget closed points. The one
exception are quotas: once unmet minimums need all picks that are left, only points that count toward one may be picked;
where a point counts toward several, there is room for others again after it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.config.limits import Apart, AtMost, Between, Exclude, Limit, Quota
from al_core.exceptions import InvalidInputError
from al_core.selection.goal_arrays import GoalArrays, Groups, predicted_classes
from al_core.types import Rows

NO_LIMIT = -1
_NO_POINTS = np.empty(0, np.int64)


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
            return _NO_POINTS
        self._counts[group] += 1
        if self._counts[group] < self._most[group] or self._most[group] == NO_LIMIT:
            return _NO_POINTS
        return np.asarray(self._order[self._starts[group] : self._starts[group + 1]])


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
        if group < 0 or np.isnan(number) or group + 1 >= len(self._starts):
            return _NO_POINTS
        members = self._order[self._starts[group] : self._starts[group + 1]]
        numbers = self._numbers[members]
        first = np.searchsorted(numbers, number - self._at_least, side="right")
        stop = np.searchsorted(numbers, number + self._at_least, side="left")
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
        self._dearest_first = np.argsort(-costs, kind="stable")
        self._n_closed = 0

    def choose(self, point: int) -> NDArray[np.int64]:
        """Pay for a picked point, and return those that cost more than what is left."""
        self._left -= self._costs[point]
        return self.too_dear()

    def too_dear(self) -> NDArray[np.int64]:
        """Return the points, not returned before, that cost more than what is left."""
        costs = self._costs[self._dearest_first[self._n_closed :]]
        # Prices add up with rounding: what is short by less than a billionth still fits.
        n_more = int(np.searchsorted(-costs, -self._left * (1 + 1e-9), side="left"))
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
            is_met |= bool(needed[group] == 1)
            needed[group] = max(needed[group] - 1, 0)
        return is_met

    def count_toward(self) -> NDArray[np.bool_]:
        """Return for each point whether it counts toward an unmet minimum, (n,)."""
        counts = [needed[groups] > 0 for groups, needed in zip(self._groups, self._short, strict=True)]
        return np.asarray(np.logical_or.reduce(counts, axis=0), np.bool_)


class Limits:
    """All limits of a selection.

    Attributes:
        is_pickable: (n,) whether each point may be picked next; updated.
        n_restarts: Rises when points may be picked again that could not be before; until then points only close.
    """

    def __init__(self, n_points: int, n_new: int) -> None:
        """Limit nothing; `n_new` is how many points may be picked at most."""
        self._is_open = np.ones(n_points, np.bool_)
        self.is_pickable = self._is_open
        self.n_restarts = 0
        self._vetoes: list[Veto] = []
        self._minimums = Minimums([], [])
        self._n_left = n_new

    def add(self, veto: Veto) -> None:
        """Obey one more limit from now on."""
        self._vetoes.append(veto)

    def require(self, minimums: Minimums) -> None:
        """Leave room for minimums from now on."""
        self._minimums = minimums
        self._leave_room(has_met_one=False)

    def close(self, points: NDArray[np.bool_] | NDArray[np.int64] | int) -> None:
        """Never pick these points, by mask or by position."""
        self._is_open[points] = False
        self.is_pickable[points] = False

    def choose(self, point: int) -> None:
        """Count a picked point."""
        self.close(point)
        self._n_left -= 1
        for veto in self._vetoes:
            self.close(veto.choose(point))
        self._leave_room(has_met_one=self._minimums.choose(point))

    def _leave_room(self, *, has_met_one: bool) -> None:
        """Let only points be picked that minimums ask for, as long as these need all picks that are left."""
        is_short = 0 < self._n_left <= self._minimums.n_short
        was_short = self.is_pickable is not self._is_open
        if is_short and not was_short:
            self.is_pickable = self._is_open & self._minimums.count_toward()
        elif is_short and has_met_one:
            self.is_pickable &= self._minimums.count_toward()
        elif was_short and not is_short:
            self.is_pickable = self._is_open
        self.n_restarts += is_short != was_short


def limits_of(limits: tuple[Limit, ...], arrays: GoalArrays, rows: Rows, labeled: Rows, n_new: int) -> Limits:
    """Return the limits of a configuration over the points `rows`, the labeled rows counted.

    Raises:
        MissingInputError: If a column is missing.
        InvalidInputError: If a quota names a group that there is not.
    """
    state = Limits(len(rows), n_new)
    groups_short: list[NDArray[np.int64]] = []
    needed: list[NDArray[np.int64]] = []
    for limit in limits:
        _ADD[type(limit)](state, limit, arrays, rows, labeled)
        if isinstance(limit, Quota):
            groups = groups_of_quota(limit, arrays)
            least = bound_of_groups(limit, groups, 0)
            groups_short.append(np.asarray(groups.codes[rows], np.int64))
            needed.append(least - count_groups(groups, labeled))
    if needed and sum(np.maximum(short, 0).sum() for short in needed):
        state.require(Minimums(groups_short, needed))
    return state


def _add_at_most(state: Limits, limit: AtMost, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    groups = arrays.groups(limit.per.key)
    most = np.full(len(groups.names), limit.k, np.int64)
    _add_room(state, groups, most, rows, labeled)


def _add_quota(state: Limits, limit: Quota, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    groups = groups_of_quota(limit, arrays)
    _add_room(state, groups, bound_of_groups(limit, groups, 1), rows, labeled)


def _add_room(state: Limits, groups: Groups, most: NDArray[np.int64], rows: Rows, labeled: Rows) -> None:
    room = Room(np.asarray(groups.codes[rows], np.int64), most, count_groups(groups, labeled))
    state.close(room.full())
    state.add(room)


def _add_apart(state: Limits, limit: Apart, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    numbers = arrays.numbers(limit.by.key)
    groups = np.zeros(len(numbers), np.int64)
    if limit.within is not None:
        groups = np.asarray(arrays.groups(limit.within.key).codes, np.int64)
    distance = Distance(groups[rows], numbers[rows], limit.at_least)
    near = [distance.near(int(groups[row]), float(numbers[row])) for row in labeled.tolist()]
    state.close(np.concatenate([_NO_POINTS, *near]))
    state.add(distance)


def _add_between(state: Limits, limit: Between, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    numbers = arrays.numbers(limit.name)[rows]
    lowest = -np.inf if limit.at_least is None else limit.at_least
    highest = np.inf if limit.at_most is None else limit.at_most
    state.close(~((numbers >= lowest) & (numbers <= highest)))


def _add_exclude(state: Limits, limit: Exclude, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    """Close nothing: rows to exclude are known by tags, so whoever knows tags takes them out of the query set."""


_ADD: dict[type[Limit], Callable[..., None]] = {
    AtMost: _add_at_most,
    Apart: _add_apart,
    Quota: _add_quota,
    Between: _add_between,
    Exclude: _add_exclude,
}


def groups_of_quota(quota: Quota, arrays: GoalArrays) -> Groups:
    """Return the groups that a quota speaks of, or raise `InvalidInputError` if it names another."""
    groups = predicted_classes(arrays.shares()) if isinstance(quota.by, str) else arrays.groups(quota.by.key)
    unknown = [name for name, _ in quota.ranges if name not in groups.names]
    if unknown:
        there = ", ".join(f"'{name}'" for name in groups.names[:20]) or "none"
        raise InvalidInputError(f"a quota names the group '{unknown[0]}', but the groups are: {there}")
    return groups


def bound_of_groups(quota: Quota, groups: Groups, end: int) -> NDArray[np.int64]:
    """Return the least (0) or the most (1) of every group; without a quota it is 0 or -1 for any number."""
    bounds = np.full(len(groups.names), NO_LIMIT if end else 0, np.int64)
    for name, ends in quota.ranges:
        bounds[groups.names.index(name)] = ends[end]
    return bounds


def count_groups(groups: Groups, rows: Rows) -> NDArray[np.int64]:
    """Return how many of the rows are in each group, (G,)."""
    codes = groups.codes[rows]
    return np.bincount(codes[codes >= 0], minlength=len(groups.names)).astype(np.int64)
