"""What a selection will come to, counted before any work: how many images, their price, and what falls short."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config import (
    Balance,
    Budget,
    Grouping,
    Novel,
    Prefer,
    Quota,
    SamplingMethod,
    SelectionConfig,
    Similar,
    Typical,
)
from al_core.config.goals import By
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.goal_arrays import class_shares, goal_arrays, groups_of_grouping, resolve
from al_core.steps.reserve import count_test_rows, read_reserve
from al_core.steps.resolved import read_resolved
from al_core.steps.row_sets import NO_ROWS, without
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan
from al_core.steps.selections import Selection, SelectionRequest
from al_core.text import counted, quoted

if TYPE_CHECKING:
    from al_core.selection import GoalArrays
    from al_core.store import Dataset

_MEASURING_GOALS = (Similar, Typical, Novel)
_MEASURING_METHODS = (SamplingMethod.CORAL, SamplingMethod.CORESET)


@dataclass(frozen=True)
class Outlook:
    """What a selection will come to at most.

    Attributes:
        n_open: Images that may be picked.
        n_picked: How many of them are picked at most.
        n_tests: How many more are drawn for testing.
        bill: What the images are expected to cost, in the unit of the budget; None without one.
        tightest: What leaves fewer images than were asked for, in words; empty if nothing does.
        warnings: What will fall short, and what changes nothing, as sentences without their stop.
    """

    n_open: int
    n_picked: int
    n_tests: int
    bill: float | None
    tightest: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class GroupSizes:
    """How a grouping splits a dataset.

    Attributes:
        n_groups: How many groups there are.
        smallest: The size of the smallest.
        median: That of the middle one.
        largest: That of the largest.
        n_without: Images in no group.
        names: Some of their names.
    """

    n_groups: int
    smallest: int
    median: int
    largest: int
    n_without: int
    names: tuple[str, ...]


def look_ahead(dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs) -> Outlook:
    """Return what a selection will come to, or raise what it would raise; nothing is selected or stored.

    Raises:
        MissingInputError: If the dataset lacks what method, goals, limits or budget need.
        InvalidInputError: If they speak of what there is not, or the budget pays for no image.
        NotFoundError: If a tag that they name is not there.
    """
    from al_core.selection.capacity import measure_capacity

    plan = SelectionPlan.of(dataset, config, inputs)
    tests = plan.tests()
    request = plan.request(tests)
    arrays = request.goal_arrays()
    candidates = without(request.allowed_rows, request.labeled_rows)
    _check(request, arrays, candidates)
    costs = _costs(config.budget, arrays, candidates)
    # Test samples are drawn beside the method, so its own configuration asks for fewer.
    n_asked = request.config.n_samples
    n_new = len(candidates) if n_asked == -1 else max(n_asked - len(request.labeled_rows), 0)
    capacity = measure_capacity(
        config, arrays, candidates, request.labeled_rows, n_new=min(n_new, len(candidates)), costs=costs
    )
    bill = None
    if costs is not None and config.budget is not None:
        bill = _bill(config.budget, costs, capacity.n_most)
    return Outlook(
        capacity.n_open,
        n_picked=capacity.n_most,
        n_tests=len(tests),
        bill=bill,
        tightest=capacity.tightest,
        warnings=(*capacity.warnings, *_short_reserve(count_test_rows(config, len(plan.chosen)), len(tests))),
    )


def group_sizes(dataset: "Dataset", grouping: Grouping) -> GroupSizes:
    """Return how a grouping splits a dataset.

    Raises:
        MissingInputError: If there is no such column.
    """
    groups = groups_of_grouping(dataset, grouping)
    codes = np.asarray(groups.codes)
    sizes = np.bincount(codes[codes >= 0], minlength=len(groups.names))
    # A file may name groups of which no sample is in the dataset.
    sizes = sizes[sizes > 0]
    if not len(sizes):
        return GroupSizes(0, 0, 0, 0, n_without=len(codes), names=())
    return GroupSizes(
        len(sizes),
        smallest=int(sizes.min()),
        median=int(np.median(sizes)),
        largest=int(sizes.max()),
        n_without=int((codes < 0).sum()),
        names=groups.names[:3],
    )


def group_names(dataset: "Dataset", by: By) -> tuple[str, ...]:
    """Return the names of the groups, or of the classes that the current model predicts.

    Raises:
        MissingInputError: If there is no such column, or there are no predictions.
    """
    if not isinstance(by, str):
        return groups_of_grouping(dataset, by).names
    return class_shares(dataset).names


def shortfalls(dataset: "Dataset", selection: Selection) -> list[str]:
    """Return which minimums of a finished selection are not met, with numbers; as sentences without their stop.

    Raises:
        MissingInputError: If what the limits speak of is gone.
    """
    from al_core.selection.capacity import count_short

    config = selection.config
    if not any(isinstance(limit, Quota) for limit in config.limits) or dataset.server:
        return []
    # Test rows, those of earlier rounds too, are exempt from limits.
    n_strata = selection.tag.provenance.n_strata
    reserve = read_reserve(dataset, n_strata) if n_strata else None
    barred = reserve.barred if reserve else NO_ROWS
    counted_rows = without(selection.tag.rows, barred)
    # Goals and budget may refer to what is gone by now, and no minimum depends on them. A configuration with -1 is only
    # valid with a budget or a distance to stop at.
    without_goals = replace(config, goals=(), budget=None, n_samples=max(config.n_samples, 0))
    resolved = read_resolved(dataset, selection.tag) or resolve(dataset, without_goals, with_rows=False)
    arrays = goal_arrays(dataset, without_goals, None, replace(resolved, similar={}))
    return count_short(config.limits, arrays, counted_rows)


def _short_reserve(n_asked: int, n_tests: int) -> tuple[str, ...]:
    if n_tests == n_asked:
        return ()
    return (f"the test share asks for {counted(n_asked, 'test image')}, and the reserve has {n_tests:,} left",)


def _check(request: SelectionRequest, arrays: "GoalArrays", candidates: NDArray[np.int64]) -> None:
    """Raise what the engine would raise later, for what can be told at once."""
    config = request.config
    needs_embedding = (
        config.method in _MEASURING_METHODS
        or config.min_distance != -1
        or any(isinstance(goal, _MEASURING_GOALS) for goal in config.goals)
    )
    if needs_embedding and request.embedding is None:
        raise MissingInputError(
            f"{config.method} with these settings measures distances, and there are no embeddings: add them first"
        )
    if config.method in (SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING) and request.scores is None:
        raise MissingInputError(f"{config.method} needs scores and there are none: upload predictions first")
    for goal in config.goals:
        if isinstance(goal, Balance):
            _check_target(goal, arrays)
        if isinstance(goal, Prefer):
            numbers = arrays.numbers(goal.column)
            # NaN passes: a sample without the number is not preferred.
            is_refused = (numbers[candidates] < 0) | np.isinf(numbers[candidates])
            refused = candidates[is_refused]
            if len(refused):
                [name] = request.dataset.filenames(refused[:1])
                value = numbers[refused[0]]
                raise InvalidInputError(
                    f"'{goal.column}' of '{name}' is {value:g}; what is preferred is a number from 0"
                )


def _check_target(goal: Balance, arrays: "GoalArrays") -> None:
    if isinstance(goal.target, str):
        return
    names = arrays.shares().names if isinstance(goal.by, str) else arrays.groups(goal.by.key).names
    unknown = [name for name, _ in goal.target if name not in names]
    if unknown:
        there = quoted(names[:20]) or "none"
        raise InvalidInputError(f"a balance names the group '{unknown[0]}', but the groups are: {there}")


def _costs(budget: Budget | None, arrays: "GoalArrays", candidates: NDArray[np.int64]) -> NDArray[np.float64] | None:
    if budget is None:
        return None
    if arrays.costs is None:
        costs = np.full(len(candidates), float(budget.price_of(0)))
    else:
        objects = np.asarray(arrays.costs[candidates], np.float64)
        costs = np.asarray(budget.price_of(objects))
    cheapest = costs.min(initial=np.inf)
    # A price that equals the budget up to rounding is within it.
    if len(costs) and cheapest > budget.total * (1 + 1e-9):
        raise InvalidInputError(
            f"the budget of {budget.in_unit(budget.total)} is below the cheapest image, which costs "
            f"{budget.in_unit(float(cheapest))}; raise it"
        )
    return costs


def _bill(budget: Budget, costs: NDArray[np.float64], n_picked: int) -> float:
    """Return what as many images of the mean price cost, at most the budget."""
    if not len(costs):
        return 0.0
    return min(budget.total, n_picked * float(costs.mean()))
