"""Selection under goals and limits by definition: every candidate is valued anew, from scratch, before every pick."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.config import (
    Apart,
    AtMost,
    Balance,
    Between,
    Budget,
    Goal,
    Limit,
    Novel,
    Prefer,
    Quota,
    SelectionConfig,
    Similar,
    Typical,
)
from al_core.selection import GoalArrays
from al_core.selection.goal_arrays import Groups, predicted_classes
from al_core.selection.goals import LEAST_OBJECTIVE


@dataclass(frozen=True)
class Task:
    """What is to be picked."""

    config: SelectionConfig
    arrays: GoalArrays
    candidates: Sequence[int]
    labeled: Sequence[int]
    n_new: int
    embeddings: NDArray[np.floating]


Value = Callable[[list[int]], NDArray[np.floating]]
"""What each row is worth once some are chosen, labeled ones first."""


def plain_greedy(
    value: Value,
    task: Task,
) -> list[int]:
    """The allowed candidates of the highest value, one after the other, the lowest row among equals."""
    added: list[int] = []
    while len(added) < task.n_new:
        open_rows = allowed_next(task, added)
        if not open_rows:
            break
        values = value([*task.labeled, *added])
        added.append(max(open_rows, key=lambda row: (values[row], -row)))
    return added


def assert_is_greedy(
    value: Value,
    task: Task,
    picked: Sequence[int],
) -> None:
    """Each pick is allowed and worth the most of all that are, but for rounding, until none is left."""
    for n, row in enumerate(picked):
        added = list(picked[:n])
        open_rows = allowed_next(task, added)
        assert row in open_rows
        values = value([*task.labeled, *added])
        assert values[row] >= values[open_rows].max() * (1 - 1e-5)
    assert len(picked) == task.n_new or not allowed_next(task, picked)


def allowed_next(task: Task, added: Sequence[int]) -> list[int]:
    """The candidates that may be picked after those added."""
    limits = task.config.limits
    chosen = [*task.labeled, *added]
    not_added = [row for row in task.candidates if row not in added]
    open_rows = [row for row in not_added if is_allowed(row, task.config, task.arrays, chosen, list(added))]
    open_rows = [row for row in open_rows if is_far_enough(row, task, chosen)]
    if 0 < task.n_new - len(added) <= n_short(limits, task.arrays, chosen):
        return [row for row in open_rows if counts_toward_a_minimum(row, limits, task.arrays, chosen)]
    return open_rows


def is_allowed(row: int, config: SelectionConfig, arrays: GoalArrays, chosen: list[int], added: list[int]) -> bool:
    """Whether every limit and the budget allow a row beside the chosen ones."""
    within_budget = config.budget is None or (
        sum(price(config.budget, arrays, other) for other in [*added, row]) <= config.budget.total * (1 + 1e-9)
    )
    return within_budget and all(obeys(limit, arrays, chosen, row) for limit in config.limits)


def is_far_enough(row: int, task: Task, chosen: Sequence[int]) -> bool:
    """Whether a row keeps the minimum distance to all chosen ones; what was labeled before may be nearer together."""
    if task.config.min_distance == -1 or not chosen:
        return True
    nearest = np.square(task.embeddings[list(chosen)] - task.embeddings[row]).sum(axis=1).min()
    return bool(nearest >= task.config.min_distance**2)


def constant_factors(task: Task) -> NDArray[np.float64]:
    """The product of all factors that no pick changes: goals and the price, up to a scale."""
    product = np.ones(len(task.embeddings))
    for goal in task.config.goals:
        if not isinstance(goal, Balance):
            objective = _objective(goal, task)
            highest = np.nanmax(objective[list(task.candidates)])
            if goal.strength < 0:
                objective = np.maximum(objective, highest * LEAST_OBJECTIVE)
            factors = (objective / highest) ** goal.strength if highest else np.ones(len(objective))
            # A row without a number comes last.
            product *= np.where(np.isnan(objective), 0, factors)
    if task.config.budget:
        costs = np.array([price(task.config.budget, task.arrays, row) for row in range(len(product))])
        prices = [cost for cost in costs[list(task.candidates)] if cost > 0]
        product /= np.maximum(costs, min(prices, default=1))
    return product


def _objective(goal: Goal, task: Task) -> NDArray[np.float64]:
    rows = sorted([*task.candidates, *task.labeled])
    distances: NDArray[np.float64] = np.linalg.norm(task.embeddings[:, None] - task.embeddings, axis=2)
    if isinstance(goal, Prefer):
        return task.arrays.numbers(goal.column)
    if isinstance(goal, Similar):
        keys = np.asarray(task.arrays.vectors[goal.key])
        return np.asarray(1 / (1 + np.linalg.norm(task.embeddings[:, None] - keys, axis=2).min(axis=1)))
    if isinstance(goal, Novel):
        return np.asarray(distances[:, list(task.labeled)].min(axis=1)) if task.labeled else np.ones(len(distances))
    assert isinstance(goal, Typical)
    nearest = np.array([np.sort(distances[row, [other for other in rows if other != row]])[:20] for row in rows])
    density = np.ones(len(distances))
    density[rows] = 1 / np.maximum(nearest.mean(axis=1), np.finfo(np.float32).eps)
    return density


def price(budget: Budget, arrays: GoalArrays, row: int) -> float:
    """What a row costs."""
    return float(budget.price_of(0 if arrays.costs is None else float(arrays.costs[row])))


def obeys(limit: Limit, arrays: GoalArrays, chosen: Sequence[int], row: int) -> bool:
    """Whether a row may join the chosen ones."""
    if isinstance(limit, AtMost):
        codes = arrays.groups(limit.per.key).codes
        return bool(codes[row] < 0 or (codes[list(chosen)] == codes[row]).sum() < limit.k)
    if isinstance(limit, Apart):
        numbers = arrays.numbers(limit.by.key)
        others = [other for other in chosen if _is_same_group(limit, arrays, other, row)]
        return not any(abs(numbers[other] - numbers[row]) < limit.at_least for other in others)
    if isinstance(limit, Quota):
        groups = groups_of_quota(limit, arrays)
        most = dict(limit.ranges).get(_name(groups, row), (0, -1))[1]
        return bool(most == -1 or (groups.codes[list(chosen)] == groups.codes[row]).sum() < most)
    if isinstance(limit, Between):
        number = arrays.numbers(limit.name)[row]
        lowest = -np.inf if limit.at_least is None else limit.at_least
        highest = np.inf if limit.at_most is None else limit.at_most
        return bool(lowest <= number <= highest)
    return True


def n_short(limits: Sequence[Limit], arrays: GoalArrays, chosen: Sequence[int]) -> int:
    """How many rows the minimums still ask for."""
    return sum(sum(_short(limit, arrays, chosen).values()) for limit in limits if isinstance(limit, Quota))


def counts_toward_a_minimum(row: int, limits: Sequence[Limit], arrays: GoalArrays, chosen: Sequence[int]) -> bool:
    """Whether a row is of a group that is short of its minimum."""
    quotas = [limit for limit in limits if isinstance(limit, Quota)]
    return any(_short(quota, arrays, chosen).get(_name(groups_of_quota(quota, arrays), row), 0) > 0 for quota in quotas)


def balance_factors(
    goals: Sequence[object], arrays: GoalArrays, chosen: Sequence[int], n_rows: int
) -> NDArray[np.float64]:
    """The product of target share / count over all balances, groups of equal wanted shares."""
    product = np.ones(n_rows)
    for goal in goals:
        if not isinstance(goal, Balance):
            continue
        if isinstance(goal.by, str):
            shares = np.asarray(arrays.shares().shares, np.float64)
        else:
            groups = arrays.groups(goal.by.key)
            shares = (groups.codes[:, None] == np.arange(len(groups.names))).astype(np.float64)
        counts = 1 + shares[list(chosen)].sum(axis=0)
        shortage = 1 / shares.shape[1] / counts
        product *= (shares @ shortage / np.maximum(shares.sum(axis=1), 1e-300)) ** goal.strength
    return product


def groups_of_quota(quota: Quota, arrays: GoalArrays) -> Groups:
    """The groups that a quota counts."""
    return predicted_classes(arrays.shares()) if isinstance(quota.by, str) else arrays.groups(quota.by.key)


def _short(quota: Quota, arrays: GoalArrays, chosen: Sequence[int]) -> Mapping[str, int]:
    groups = groups_of_quota(quota, arrays)
    n_chosen = {name: sum(_name(groups, row) == name for row in chosen) for name, _ in quota.ranges}
    return {name: max(least - n_chosen[name], 0) for name, (least, _) in quota.ranges}


def _is_same_group(limit: Apart, arrays: GoalArrays, row: int, other: int) -> bool:
    if limit.within is None:
        return True
    codes = arrays.groups(limit.within.key).codes
    return bool(codes[row] == codes[other] >= 0)


def _name(groups: Groups, row: int) -> str:
    return groups.names[groups.codes[row]] if groups.codes[row] >= 0 else "no group at all"
