"""How many rows limits and a budget leave to pick, counted before any work; each limit alone, quotas with one `AtMost`.

The counts are upper bounds: what several limits leave together may be less.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.config.limits import Apart, AtMost, Between, Exclude, Limit, Quota
from al_core.selection.flow import LARGEST_FLOW, largest_flow
from al_core.selection.goal_arrays import GoalArrays, Groups
from al_core.selection.limits import bound_of_groups, count_groups, groups_of_quota, limits_of
from al_core.selection.vetoes import NO_LIMIT, ROUNDING, least_gap
from al_core.text import counted
from al_core.types import Rows

_MOST_NAMED = 3
_ANY_NUMBER = 2**62


@dataclass(frozen=True)
class Capacity:
    """What limits leave to a selection.

    Attributes:
        n_open: Candidates that may be picked first.
        n_most: How many may be picked at most.
        tightest: The limit or budget that leaves so few, in words; empty if none leaves fewer than asked for.
        warnings: What minimums cannot get, and limits that change nothing, as sentences without their stop.
    """

    n_open: int
    n_most: int
    tightest: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is counted: the open candidates, the labeled rows, all of both, and what limits speak of."""

    arrays: GoalArrays
    candidates: Rows
    labeled: Rows
    every: Rows


def measure_capacity(
    config: SelectionConfig,
    arrays: GoalArrays,
    candidates: Rows,
    labeled: Rows,
    *,
    n_new: int,
    costs: NDArray[np.float64] | None,
) -> Capacity:
    """Return what limits and budget leave of the candidates.

    Args:
        config: What is asked for.
        arrays: What its limits speak of.
        candidates: Rows that may be picked.
        labeled: Rows that were chosen before; they count toward limits.
        n_new: How many are to be picked at most.
        costs: (n,) of the candidates, or None without a budget.

    Raises:
        MissingInputError: If a column is missing.
        InvalidInputError: If a limit names what there is not.
    """
    # Minimums close what counts toward none of them; here only what stays closed for good counts.
    is_open = limits_of(config.limits, arrays, candidates, labeled, _ANY_NUMBER).is_pickable
    pool = _Rows(arrays, candidates[is_open], labeled, np.concatenate([candidates, labeled]))
    rooms = {limit.words: _room(limit, pool) for limit in config.limits}
    if costs is not None and config.budget:
        rooms[config.budget.words] = _n_affordable(costs[is_open], config.budget.total)
    n_open = len(pool.candidates)
    n_most = min([n_new, n_open, *rooms.values()])
    # Limits that close candidates at once are as tight as those that run out.
    tightest = [words for words, room in rooms.items() if room == n_most] if n_most < n_new else []
    return Capacity(n_open, n_most, " and ".join(tightest), tuple(_warnings(config.limits, pool, n_new)))


def _room(limit: Limit, pool: _Rows) -> int:
    return _ROOMS[type(limit)](limit, pool)


def _room_of_groups(limit: AtMost | Quota, pool: _Rows) -> int:
    groups, most = _cap(limit, pool)
    there = count_groups(groups, pool.candidates)
    left = np.maximum(most - count_groups(groups, pool.labeled), 0)
    # Rows of no group are under no cap: they add to the room below.
    in_groups = np.where(most == NO_LIMIT, there, np.minimum(there, left)).sum()
    return int(in_groups + len(pool.candidates) - there.sum())


def _room_of_apart(limit: Apart, pool: _Rows) -> int:
    """Count the numbers that are far enough apart, from the least upwards: as many as there can be."""
    numbers = pool.arrays.places(limit.by.key)[pool.candidates]
    codes = np.zeros(len(numbers), np.int64)
    if limit.within is not None:
        codes = np.asarray(pool.arrays.groups(limit.within.key).codes[pool.candidates], np.int64)
    is_compared = ~np.isnan(numbers) & (codes >= 0)
    n_room = int((~is_compared).sum())
    if not limit.at_least:
        return len(numbers)
    order = np.lexsort([numbers[is_compared], codes[is_compared]])
    sorted_numbers = numbers[is_compared][order]
    sorted_codes = codes[is_compared][order]
    for group in np.split(sorted_numbers, np.flatnonzero(np.diff(sorted_codes)) + 1):
        place = 0
        while place < len(group):
            n_room += 1
            # The first number at least that far away; the least number first leaves the most room for others.
            gap = least_gap(limit.at_least, float(group[place]))
            # A gap that is lost in rounding keeps nothing apart.
            place = max(place + 1, int(np.searchsorted(group, group[place] + gap)))
    return n_room


def _room_of_all(limit: Limit, pool: _Rows) -> int:
    # What it leaves out is not among the open candidates.
    return len(pool.candidates)


_ROOMS: dict[type[Limit], Callable[..., int]] = {
    AtMost: _room_of_groups,
    Quota: _room_of_groups,
    Apart: _room_of_apart,
    Between: _room_of_all,
    Exclude: _room_of_all,
}


def _n_affordable(costs: NDArray[np.float64], total: float) -> int:
    # The cheapest first: no other choice has as many rows for the same total.
    return int(np.searchsorted(np.cumsum(np.sort(costs)), total * (1 + ROUNDING), side="right"))


def _warnings(limits: Sequence[Limit], pool: _Rows, n_new: int) -> list[str]:
    caps = [limit for limit in limits if isinstance(limit, AtMost)]
    quotas = [limit for limit in limits if isinstance(limit, Quota)]
    warnings = [
        f"no image has a number of “{limit.by.words}”, so “{limit.words}” changes nothing"
        for limit in limits
        if isinstance(limit, Apart) and np.isnan(pool.arrays.places(limit.by.key)[pool.every]).all()
    ]
    for cap in caps:
        groups = pool.arrays.groups(cap.per.key)
        largest = count_groups(groups, pool.every).max(initial=0)
        # Such as those of a pattern that fits no filename.
        if not largest:
            warnings.append(f"no image is in a group of “{cap.per.words}”, so “{cap.words}” changes nothing")
        if largest == 1:
            warnings.append(f"every {cap.per.words} has one image at most, so “{cap.words}” changes nothing")
        n_full = int((count_groups(groups, pool.labeled) >= cap.k).sum())
        if 2 * n_full > len(groups.names):
            warnings.append(
                f"labeled images count: {n_full:,} of {counted(len(groups.names), 'group')} of “{cap.words}” are full"
            )
    for quota in quotas:
        alone = _missing_groups(quota, pool, n_new)
        warnings += alone
        others: list[AtMost | Quota] = [*caps, *(other for other in quotas if other is not quota)]
        # What counting shows needs no flow.
        warnings += [] if alone else [text for other in others if (text := _missing_flow(quota, other, pool))]
    return warnings


def _missing_groups(quota: Quota, pool: _Rows, n_new: int) -> list[str]:
    groups = groups_of_quota(quota, pool.arrays)
    needed = _needed(quota, groups, pool)
    there = count_groups(groups, pool.candidates)
    short = np.flatnonzero(needed > there)
    texts = [
        f"{counted(int(needed[group]), 'image')} of '{groups.names[group]}' are needed and {int(there[group]):,} can "
        "be picked"
        for group in short[:_MOST_NAMED]
    ]
    if len(short) > _MOST_NAMED:
        texts.append(f"so it is with {counted(len(short) - _MOST_NAMED, 'other group')}")
    if needed.sum() > n_new:
        texts.append(f"“{quota.words}” needs {counted(int(needed.sum()), 'image')}, and {n_new:,} are picked")
    return texts


def _missing_flow(quota: Quota, cap: AtMost | Quota, pool: _Rows) -> str | None:
    groups = groups_of_quota(quota, pool.arrays)
    caps, most = _cap(cap, pool)
    needed = _needed(quota, groups, pool)
    left = np.where(most == NO_LIMIT, LARGEST_FLOW, np.maximum(most - count_groups(caps, pool.labeled), 0))
    possible = largest_flow(
        needed, left, np.asarray(groups.codes[pool.candidates]), np.asarray(caps.codes[pool.candidates])
    )
    if possible >= needed.sum():
        return None
    return f"“{quota.words}” needs {counted(int(needed.sum()), 'image')}, and “{cap.words}” leaves {possible:,} of them"


def _cap(limit: AtMost | Quota, pool: _Rows) -> tuple[Groups, NDArray[np.int64]]:
    """Return the groups that a limit counts, and how many rows each may have."""
    if isinstance(limit, Quota):
        groups = groups_of_quota(limit, pool.arrays)
        return groups, bound_of_groups(limit, groups, 1)
    groups = pool.arrays.groups(limit.per.key)
    return groups, np.full(len(groups.names), limit.k, np.int64)


def _needed(quota: Quota, groups: Groups, pool: _Rows) -> NDArray[np.int64]:
    return np.asarray(np.maximum(bound_of_groups(quota, groups, 0) - count_groups(groups, pool.labeled), 0))


def count_short(limits: Sequence[Limit], arrays: GoalArrays, chosen: Rows) -> list[str]:
    """Return what minimums still lack once rows are chosen, as sentences without their stop."""
    texts = []
    for limit in limits:
        if isinstance(limit, Quota):
            groups = groups_of_quota(limit, arrays)
            least = bound_of_groups(limit, groups, 0)
            counts = count_groups(groups, chosen)
            texts += [
                f"'{groups.names[group]}' has {int(counts[group]):,} of the {int(least[group]):,} that it needs"
                for group in np.flatnonzero(counts < least)
            ]
    return texts
