"""Selections: what one is made from, and how the store keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.steps.provenance import changes, source_of
from al_core.steps.scores import complete_scores, find_score
from al_core.steps.views import neighbor_graph
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, Kind, StoredArray, Tag, TagOrigin
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph
    from al_core.selection import SelectionQuality
    from al_core.store import Dataset


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


@dataclass(frozen=True)
class SelectionRequest:
    """What a selection is made from: one record for the selection, its quality and its repetition.

    Attributes:
        dataset: Where to select.
        config: What to select, with a seed.
        query_rows: The rows that may be selected.
        labeled_rows: The rows chosen before; they count towards `n_samples`.
        embedding: The embedding to measure distances in, or None.
        score: The score to use, or None.
    """

    dataset: "Dataset"
    config: SelectionConfig
    query_rows: Rows
    labeled_rows: Rows
    embedding: StoredArray | None
    score: StoredArray | None

    def select(self, progress: Progress | None = None) -> Rows:
        """Return the rows that the selection adds, in the order picked; nothing is stored.

        Raises:
            MissingInputError: If the method needs an embedding or a score of each candidate.
        """
        from al_core.selection import select

        return select(
            self.embeddings,
            self.config,
            scores=self.scores,
            query_rows=self.query_rows,
            preselected_rows=self.labeled_rows,
            graph=self._graph(progress),
            progress=progress,
        )

    def quality(self, added_rows: Rows) -> "SelectionQuality":
        """Return what the rows that the selection adds achieve."""
        from al_core.selection import quality

        return quality(
            self.embeddings,
            rows=added_rows,
            scores=self.scores,
            query_rows=self.query_rows,
            preselected_rows=self.labeled_rows,
            normalize=self.config.normalize,
        )

    @cached_property
    def embeddings(self) -> Embeddings | None:
        """(N, D) mapped from disk, or None."""
        return self.dataset.arrays.read(self.embedding) if self.embedding else None

    @cached_property
    def scores(self) -> Scores | None:
        """(N,) with a score for each candidate, or None if the method can do without."""
        candidates = np.setdiff1d(self.query_rows, self.labeled_rows)
        return complete_scores(self.dataset, self.config, self.score, candidates)

    def _graph(self, progress: Progress | None) -> "NeighborGraph | None":
        uses_graph = self.config.method is SamplingMethod.CORAL and self.config.coral == "herding"
        if self.embedding is None or not uses_graph:
            return None
        try:
            return neighbor_graph(self.dataset, self.embedding, progress, normalize=self.config.normalize)
        except InvalidInputError:
            # A row outside the query set may be impossible to measure; the selection looks at its own rows only.
            return None


def newest_labeled_tag(tags: Sequence[Tag], query_tag: Tag | None = None) -> Tag | None:
    """Return the newest tag whose samples are already chosen: the next selection continues from it.

    Args:
        tags: Newest first.
        query_tag: Never returned: if it were the labeled set as well, no sample would be left to select.
    """
    query_id = query_tag.id if query_tag else None
    return next((tag for tag in tags if tag.counts_as_labeled and tag.id != query_id), None)


def make_selection(
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select samples on this machine and store them with the labeled ones as a new tag."""
    # Before the work, which may take minutes; whoever takes the name meanwhile is noticed when the tag is stored.
    dataset.check_tag_name(config.name)
    query_tag = query_tag or dataset.tag(INITIAL_TAG)
    labeled_rows = labeled_tag.rows if labeled_tag else np.empty(0, np.int64)
    request = SelectionRequest(
        dataset,
        config.seeded(),
        query_tag.rows,
        labeled_rows,
        dataset.arrays.newest(Kind.EMBEDDING, embedding_name),
        find_score(dataset, config),
    )
    added = request.select(progress)
    provenance = Provenance(
        role=TagRole.SELECTION,
        config=request.config,
        quality=request.quality(added),
        embedding=source_of(request.embedding),
        score=source_of(request.score),
    )
    rows = np.concatenate([labeled_rows, added])
    origin = TagOrigin(parent=labeled_tag, query=query_tag, labeled=labeled_tag, provenance=provenance, order=added)
    tag = dataset.create_tag(config.name, rows, origin)
    return selection_of(dataset, tag)


def read_selection(dataset: "Dataset", tag: Tag) -> Selection | None:
    """Return the selection that made a tag, or None for a tag made in another way."""
    provenance = tag.provenance
    order = dataset.arrays.find(Kind.SELECTION, tag.id)
    if order is None or provenance.config is None or provenance.quality is None:
        return None
    added = dataset.arrays.read(order)
    return Selection(tag, added, provenance.config, provenance.quality, changes(dataset, provenance))


def selection_of(dataset: "Dataset", tag: Tag) -> Selection:
    """Return the selection that made a tag, or raise `NotFoundError`."""
    selection = read_selection(dataset, tag)
    if selection is None:
        raise NotFoundError(f"tag '{tag.name}' of dataset '{dataset.name}' was not made by a selection")
    return selection
