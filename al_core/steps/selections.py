"""Selections: what one is made from, and how the store keeps it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.steps.embeddings import complete_scores
from al_core.steps.provenance import changes
from al_core.steps.views import neighbor_graph
from al_core.store.records import StoredArray, Tag
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph
    from al_core.selection import SelectionQuality
    from al_core.store import Dataset

PREFERRED_SCORES = (
    "uncertainty_margin",
    "classification_uncertainty_margin",
    "mean_uncertainty",
    "objectness_least_confidence",
)
"""The score a selection uses unless told otherwise: the margin labels best across tasks and budgets."""


@dataclass(frozen=True)
class Selection:
    """A finished selection.

    Attributes:
        tag: Holds the labeled and the added rows.
        added_rows: The added rows in the order picked.
        config: What was asked, with the seed that was used.
        quality: What the added rows achieve.
        stale: What has changed since, in words; empty while the selection still matches its inputs.
    """

    tag: Tag
    added_rows: Rows
    config: SelectionConfig
    quality: "SelectionQuality"
    stale: tuple[str, ...] = ()


def newest_labeled_tag(tags: Sequence[Tag], query_tag: Tag | None = None) -> Tag | None:
    """Return the newest tag whose samples are chosen already, which is where the next selection goes on from.

    Args:
        tags: Newest first.
        query_tag: Never returned: if it were the labeled set as well, no sample would be left to select.
    """
    query_id = query_tag.id if query_tag else None
    return next((tag for tag in tags if tag.counts_as_labeled and tag.id != query_id), None)


def find_score(dataset: "Dataset", config: SelectionConfig) -> StoredArray | None:
    """Return the score that a selection uses: the one it names, otherwise the preferred one, otherwise None."""
    if config.score_name is not None:
        return dataset.arrays.get("score", config.score_name)
    scores = {score.name: score for score in dataset.arrays.all("score")}
    names = preferred_first(scores)
    return scores[names[0]] if names else None


def preferred_first(names: Iterable[str]) -> list[str]:
    """Return the names of scores in the order in which a selection prefers them.

    Examples:
        >>> preferred_first(["uncertainty_entropy", "mine", "uncertainty_margin"])
        ['uncertainty_margin', 'uncertainty_entropy', 'mine']
    """
    rank = {name: position for position, name in enumerate(PREFERRED_SCORES)}
    return sorted(names, key=lambda name: rank.get(name, len(rank)))


def select_rows(
    dataset: "Dataset",
    config: SelectionConfig,
    query_rows: Rows,
    labeled_rows: Rows,
    embedding: StoredArray | None,
    score: StoredArray | None,
    *,
    progress: Progress | None = None,
) -> Rows:
    """Return the rows that a selection adds, in the order picked; nothing is stored.

    Raises:
        MissingInputError: If the method needs an embedding or a score of each candidate.
    """
    from al_core.selection import select

    return select(
        dataset.arrays.read(embedding) if embedding else None,
        config,
        scores=complete_scores(dataset, config, score, np.setdiff1d(query_rows, labeled_rows)),
        query_rows=query_rows,
        preselected_rows=labeled_rows,
        graph=_graph_for(dataset, config, embedding, progress),
        progress=progress,
    )


def rows_quality(
    dataset: "Dataset",
    config: SelectionConfig,
    rows: Rows,
    query_rows: Rows,
    labeled_rows: Rows,
    embedding: StoredArray | None,
    score: StoredArray | None,
) -> "SelectionQuality":
    """Return what the rows that a selection adds achieve."""
    from al_core.selection import quality

    return quality(
        dataset.arrays.read(embedding) if embedding else None,
        rows=rows,
        scores=complete_scores(dataset, config, score, np.setdiff1d(query_rows, labeled_rows)),
        query_rows=query_rows,
        preselected_rows=labeled_rows,
        normalize=config.normalize,
    )


def read_selection(dataset: "Dataset", tag: Tag) -> Selection | None:
    """Return the selection that made a tag, or None for a tag made in another way."""
    return selection_of(dataset, tag) if dataset.arrays.find("selection", tag.id) else None


def selection_of(dataset: "Dataset", tag: Tag) -> Selection:
    """Return the selection that made a tag, or raise `NotFoundError`."""
    from al_core.selection import SelectionQuality

    order = dataset.arrays.get("selection", tag.id)
    return Selection(
        tag,
        dataset.arrays.read(order),
        SelectionConfig(**tag.facts["config"]),
        SelectionQuality(**tag.facts["quality"]),
        changes(dataset, tag),
    )


def _graph_for(
    dataset: "Dataset", config: SelectionConfig, embedding: StoredArray | None, progress: Progress | None
) -> "NeighborGraph | None":
    if embedding is None or config.method is not SamplingMethod.CORAL or config.coral != "herding":
        return None
    try:
        return neighbor_graph(dataset, embedding, progress, normalize=config.normalize)
    except InvalidInputError:
        # A row outside the query set may be impossible to measure; the selection looks at its own rows only.
        return None
