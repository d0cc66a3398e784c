"""What a stored selection's limits cost, and what it holds of each group beside the pool and RANDOM."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config import PREDICTED_CLASS, Apart, Grouping, SelectionConfig
from al_core.config.goals import By, by_in_words
from al_core.evaluation import draw_seeds
from al_core.evaluation.coverage import Ruler
from al_core.exceptions import MissingInputError
from al_core.steps.goal_arrays import class_shares, groupings_of
from al_core.steps.predictions import find_predictions
from al_core.steps.row_sets import without
from al_core.steps.selections import Selection, SelectionRequest
from al_core.steps.stored_pool import StoredPool, draw_of, stored_request
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.selection import Groups
    from al_core.store import Dataset

LARGEST_SMALL = 20_000
"""Up to so many samples a selection takes about a second, so pages measure costs without being asked."""


@dataclass(frozen=True)
class LimitCost:
    """What one limit costs.

    Attributes:
        words: The limit.
        covered: The share that the selection covers, of the data or of what the model is unsure about.
        without: The share that it would cover without this limit.
        n_picked: How many images were picked.
        n_without: How many would be picked without it.
    """

    words: str
    covered: float
    without: float
    n_picked: int
    n_without: int

    @property
    def text(self) -> str:
        """The cost as a sentence without its stop.

        Examples:
            >>> LimitCost("at most 3 per sequence", 0.68, 0.71, 32, 32).text
            'at most 3 per sequence: covers 68% instead of 71%'
        """
        counts = ""
        if self.n_picked != self.n_without:
            counts = f", with {self.n_picked:,} images instead of {self.n_without:,}"
        if round(100 * self.covered) == round(100 * self.without):
            return f"{self.words}: covers {self.covered:.0%}, as much as without it{counts}"
        return f"{self.words}: covers {self.covered:.0%} instead of {self.without:.0%}{counts}"


@dataclass(frozen=True, eq=False)
class GroupCounts:
    """How many images each group has.

    Attributes:
        by: What groups, for people.
        names: (G,).
        pool: (G,) images that could be selected.
        picked: (G,) images that the method picked.
        random: (G,) mean over RANDOM's draws.
    """

    by: str
    names: tuple[str, ...]
    pool: NDArray[np.int64]
    picked: NDArray[np.int64]
    random: NDArray[np.float64]


def limit_costs(dataset: "Dataset", selection: Selection, progress: Progress | None = None) -> list[LimitCost]:
    """Return what each limit of a selection costs: it is selected again without it, and nothing is stored.

    Raises:
        MissingInputError: If what the selection was made from is gone, or it was made without an embedding.
    """
    if dataset.server:
        costs: list[LimitCost] = dataset.server.limit_costs(selection.tag, progress)
        return costs
    if not selection.config.limits:
        return []
    source = StoredPool.of(dataset, selection)
    config = _of_method(selection, source.request)
    # What was picked, then what would be picked without each limit.
    picks = [selection.picked_rows]
    for limit in config.limits:
        others = tuple(other for other in config.limits if other != limit)
        request = replace(source.request, config=replace(config, limits=others))
        picks.append(request.select(progress))
    if not len(picks[0]):
        return []
    # One ruler for all of them: with a radius of its own each selection would be measured differently.
    ruler = Ruler.for_selections(source.pool, picks, seed=config.seed or 0)
    covered_by_picks, *covered_without = [ruler.measure(rows).covered for rows in picks]
    return [
        LimitCost(limit.words, covered_by_picks, without, len(picks[0]), len(rows))
        for limit, without, rows in zip(config.limits, covered_without, picks[1:], strict=True)
    ]


def group_counts(dataset: "Dataset", selection: Selection) -> list[GroupCounts]:
    """Return the predicted classes, and the groups that goals and limits speak of, in pool, picks and RANDOM's draws.

    Raises:
        MissingInputError: If what the selection was made from is gone.
    """
    if dataset.server:
        counts: list[GroupCounts] = dataset.server.group_counts(selection.tag)
        return counts
    request = stored_request(dataset, selection)
    picked = selection.picked_rows
    groups = list(_groups(request))
    if not groups:
        return []
    # The draws of the card, so that both show the same RANDOM.
    seeds = draw_seeds(selection.config.seed or 0)
    draws = [draw_of(request, len(picked), seed) for seed in seeds]
    pool = without(request.query_rows, request.labeled_rows)
    return [_counts(by, of_rows, pool, picked, draws) for by, of_rows in groups]


def counted_groupings(config: SelectionConfig) -> list[Grouping]:
    """Return each grouping that goals and limits speak of, once.

    Examples:
        >>> from al_core.config import AtMost, Folder
        >>> counted_groupings(SelectionConfig("RANDOM", 4, limits=[AtMost(3, per=Folder()), AtMost(2, per=Folder())]))
        [Folder(depth=1)]
    """
    # Numbers that are kept apart are no groups.
    numbers = {limit.by for limit in config.limits if isinstance(limit, Apart)}
    return [grouping for grouping in dict.fromkeys(groupings_of(config)) if grouping not in numbers]


def _of_method(selection: Selection, request: SelectionRequest) -> SelectionConfig:
    """Return what the method was asked for: test samples are drawn beside it."""
    config = replace(selection.config, test_share=0.0, test_groups=None)
    if config.n_samples == -1:
        return config
    n_before = selection.tag.size - len(selection.added_rows)
    n_asked = config.n_samples - n_before - len(selection.test_rows)
    n_new = max(n_asked, len(selection.picked_rows))
    return replace(config, n_samples=len(request.labeled_rows) + n_new)


def _groups(request: SelectionRequest) -> Iterator[tuple[By, "Groups"]]:
    """Yield the predicted classes, where there are predictions, and each grouping that goals and limits speak of."""
    from al_core.selection.goal_arrays import GoalArrays, predicted_classes

    source = request.names.predictions
    if source is not None or find_predictions(request.dataset) is not None:
        with suppress(MissingInputError):
            # Predictions of keypoints show no classes, and others may have been deleted since.
            yield PREDICTED_CLASS, predicted_classes(class_shares(request.dataset, source))
    columns = GoalArrays(request.names.columns)
    for grouping in counted_groupings(request.config):
        yield grouping, columns.groups(grouping.key)


def _counts(by: By, groups: "Groups", pool: Rows, picked: Rows, draws: list[Rows]) -> GroupCounts:
    from al_core.selection.limits import count_groups

    in_draws = [count_groups(groups, draw) for draw in draws]
    return GroupCounts(
        by_in_words(by),
        groups.names,
        pool=count_groups(groups, pool),
        picked=count_groups(groups, picked),
        random=np.mean(in_draws, axis=0),
    )
