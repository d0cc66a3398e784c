"""Configurations side by side before one of them is run: what each would pick, and its card against the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.evaluation import Card
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.steps.card import measured_card
from al_core.steps.predictions import find_predictions
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan
from al_core.steps.stored_pool import StoredPool
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

MOST_CONFIGS = 4
"""More columns are not compared by eye."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A configuration with what it would pick.

    Attributes:
        config: With the seed that picks just these rows when it is run.
        rows: In the order picked, without test rows.
        card: The picks against RANDOM draws.
    """

    config: SelectionConfig
    rows: Rows
    card: Card


@dataclass(frozen=True, eq=False)
class Comparison:
    """What several configurations would pick.

    Attributes:
        candidates: One for each configuration, in the order given.
    """

    candidates: tuple[Candidate, ...]

    @property
    def overlap(self) -> NDArray[np.int64]:
        """(C, C) how many rows each two candidates have in common; on the diagonal how many each picks."""
        picks = [candidate.rows for candidate in self.candidates]
        counts = np.empty((len(picks), len(picks)), np.int64)
        for row, rows in enumerate(picks):
            for column, others in enumerate(picks):
                counts[row, column] = len(np.intersect1d(rows, others))
        return counts

    def only(self, place: int) -> Rows:
        """Return the rows that the candidate at a place alone picks, in its order."""
        others = [candidate.rows for other, candidate in enumerate(self.candidates) if other != place]
        rows = self.candidates[place].rows
        return rows[~np.isin(rows, np.concatenate(others))] if others else rows


def compare(
    dataset: "Dataset",
    configs: Sequence[SelectionConfig],
    inputs: SelectionInputs,
    progress: Progress | None = None,
) -> Comparison:
    """Return what some configurations would pick, with their cards; nothing is stored.

    Configurations without a seed share one, so that they differ in what was asked for alone.

    Raises:
        InvalidInputError: Unless there are one to four configurations.
        MissingInputError: If the dataset lacks an embedding or a score that one of them needs.
    """
    if not 1 <= len(configs) <= MOST_CONFIGS:
        raise InvalidInputError(f"one to {MOST_CONFIGS} configurations are compared, not {len(configs)}")
    seed = configs[0].seeded().seed
    seeded = [config if config.seed is not None else replace(config, seed=seed) for config in configs]
    # Progress counts configurations: methods report on scales of their own, which do not add up.
    report = progress or (lambda done, total: None)
    candidates = []
    for done, config in enumerate(seeded):
        report(done, len(seeded))
        candidates.append(_candidate(dataset, config, inputs))
    report(len(seeded), len(seeded))
    return Comparison(tuple(candidates))


def _candidate(dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs) -> Candidate:
    request = SelectionPlan.of(dataset, config, inputs).request()
    if request.embedding is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to compare selections in; add one first")
    rows = request.select()
    if not len(rows):
        raise InvalidInputError(f"'{config.name}' would pick nothing: there is nothing to compare")
    source = StoredPool.of_request(request)
    card = measured_card(source, rows, inputs.query_tag, find_predictions(dataset), seed=config.seed or 0)
    return Candidate(config, rows, card)
