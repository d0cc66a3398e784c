"""Limits and budget while rows are picked: which points are still open.

A point is a position in `rows`. What a pick closes stays closed, so whoever picks may forget closed points. The one
exception are quotas: once unmet minimums need all picks that are left, only points that count toward one may be picked;
where a point counts toward several, there is room for others again after it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.config.limits import Apart, AtMost, Between, Exclude, Limit, Quota
from al_core.exceptions import InvalidInputError
from al_core.selection.goal_arrays import GoalArrays, Groups, predicted_classes
from al_core.selection.vetoes import NO_LIMIT, NO_POINTS, Distance, Minimums, Room, Veto
from al_core.text import quoted
from al_core.types import Rows


class Limits:
    """All limits of a selection.

    Attributes:
        is_pickable: (n,) whether each point may be picked next; updated.
        n_restarts: Rises when points may be picked again that could not be before; until then points only close.
    """

    def __init__(self, n_points: int, n_new: int) -> None:
        """Limit nothing; `n_new` is how many points may be picked at most."""
        self._is_open = np.ones(n_points, np.bool_)
        # The same object as long as no minimum narrows the picks: `_leave_room` tells the two states apart by identity.
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
        # The mask and what minimums leave of it may be one array or two.
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
        # Either way the mask is another array from here on.
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
    # Least numbers are met by leaving room, greatest by closing: the two ends go separate ways.
    groups = groups_of_quota(limit, arrays)
    _add_room(state, groups, bound_of_groups(limit, groups, 1), rows, labeled)


def _add_room(state: Limits, groups: Groups, most: NDArray[np.int64], rows: Rows, labeled: Rows) -> None:
    room = Room(np.asarray(groups.codes[rows], np.int64), most, count_groups(groups, labeled))
    state.close(room.full())
    state.add(room)


def _add_apart(state: Limits, limit: Apart, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    numbers = arrays.places(limit.by.key)
    groups = np.zeros(len(numbers), np.int64)
    if limit.within is not None:
        groups = np.asarray(arrays.groups(limit.within.key).codes, np.int64)
    distance = Distance(groups[rows], numbers[rows], limit.at_least)
    # Labeled rows close points, but are none themselves: they need not be among `rows`.
    near = [distance.near(int(groups[row]), float(numbers[row])) for row in labeled.tolist()]
    state.close(np.concatenate([NO_POINTS, *near]))
    state.add(distance)


def _add_between(state: Limits, limit: Between, arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
    numbers = arrays.numbers_as_stored(limit.name)[rows]
    # In the precision of the column: as doubles, a stored 0.7 of 32 bits lies below 0.7. A bound beyond its largest
    # number becomes infinite, which is where it lies.
    of_column = numbers.dtype.type if numbers.dtype.kind == "f" else np.float64
    with np.errstate(over="ignore"):
        lowest = of_column(-np.inf if limit.at_least is None else limit.at_least)
        highest = of_column(np.inf if limit.at_most is None else limit.at_most)
    # NaN compares false: a row without a number is outside of any range.
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
        there = quoted(groups.names[:20]) or "none"
        raise InvalidInputError(f"a quota names the group '{unknown[0]}', but the groups are: {there}")
    return groups


def bound_of_groups(quota: Quota, groups: Groups, end: int) -> NDArray[np.int64]:
    """Return the least (0) or the most (1) of every group; without a quota it is 0 or -1 for any number."""
    # A group that the quota does not name is under no limit.
    bounds = np.full(len(groups.names), NO_LIMIT if end else 0, np.int64)
    for name, ends in quota.ranges:
        bounds[groups.names.index(name)] = ends[end]
    return bounds


def count_groups(groups: Groups, rows: Rows) -> NDArray[np.int64]:
    """Return how many of the rows are in each group, (G,)."""
    codes = groups.codes[rows]
    return np.bincount(codes[codes >= 0], minlength=len(groups.names)).astype(np.int64)
