"""Selections: what one is made from, and how the store keeps it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig, Typical
from al_core.drawing import load_notebook
from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.steps.goal_arrays import goal_arrays, resolve
from al_core.steps.provenance import changes
from al_core.steps.reserve import read_reserve
from al_core.steps.resolved import Resolved
from al_core.steps.row_sets import NO_ROWS, union, without
from al_core.steps.scores import complete_scores
from al_core.steps.views import GRAPH_NEIGHBORS, neighbor_graph
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray, Tag
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.drawing import DrawnMap
    from al_core.geometry.neighbors import NeighborGraph
    from al_core.selection import GoalArrays, SelectionQuality
    from al_core.store import Dataset


@dataclass(frozen=True)
class Selection:
    """A finished selection.

    Attributes:
        tag: Holds the labeled and the added rows.
        added_rows: The added rows in the order in which they are sent: picked ones as they were picked, test rows mixed
            in at random.
        config: What was asked, with the seed that was used.
        quality: What the picked rows achieve.
        test_rows: Those added rows that are drawn from the test reserve, ascending.
        stale: What has changed since, in words; empty while the selection still matches its inputs.
        dataset: Where it was made.
    """

    tag: Tag
    added_rows: Rows
    config: SelectionConfig
    quality: "SelectionQuality"
    test_rows: Rows = field(default_factory=lambda: NO_ROWS)
    stale: tuple[str, ...] = ()
    dataset: "Dataset" = field(kw_only=True, repr=False, compare=False)

    def show(self, *, height: int = 480) -> "DrawnMap":
        """Return the map of the dataset for a notebook, on which what the selection added glows.

        Args:
            height: Of the points in CSS pixels.

        Raises:
            MissingInputError: Without the extra `notebook`, or if the dataset has no embedding.
        """
        drawn: DrawnMap = load_notebook().map_of_selection(self, height=height)
        return drawn

    @property
    def picked_rows(self) -> Rows:
        """The added rows that the method picked, in its order."""
        return self.added_rows[~np.isin(self.added_rows, self.test_rows)]


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
        resolved: What the names in the configuration stood for when a stored selection was made; None for now.
        where: Where it is computed.
    """

    dataset: "Dataset"
    config: SelectionConfig
    query_rows: Rows
    labeled_rows: Rows
    embedding: StoredArray | None
    score: StoredArray | None
    resolved: Resolved | None = None
    where: Where = field(default_factory=lambda: Where.of(None))

    def select(self, progress: Progress | None = None) -> Rows:
        """Return the rows that the selection adds, in the order picked; nothing is stored.

        Raises:
            MissingInputError: If the method needs an embedding or a score of each candidate.
        """
        return self.where.select(
            self._embeddings_to_ask_of,
            self.config,
            scores=self.scores,
            query_rows=self.allowed_rows,
            preselected_rows=self.labeled_rows,
            graph=self._graph(progress),
            arrays=self.goal_arrays(),
            progress=progress,
            address=self.where.address(self.dataset, self.embedding),
        )

    @cached_property
    def names(self) -> Resolved:
        """What the names in the configuration stand for, looked up once."""
        return self.resolved or resolve(self.dataset, self.config)

    def goal_arrays(self) -> "GoalArrays":
        """Return what goals, limits and budget speak of."""
        return goal_arrays(self.dataset, self.config, self.embedding, self.names)

    @property
    def allowed_rows(self) -> Rows:
        """The query rows that no limit leaves out by a tag, ascending."""
        return without(self.query_rows, self.names.excluded)

    def quality(self, added_rows: Rows, progress: Progress | None = None) -> "SelectionQuality":
        """Return what the rows that the selection adds achieve."""
        return self.where.quality(
            self._embeddings_to_ask_of,
            progress=progress,
            rows=added_rows,
            scores=self.scores,
            query_rows=self.query_rows,
            preselected_rows=self.labeled_rows,
            normalize=self.config.normalize,
            address=self.where.address(self.dataset, self.embedding),
        )

    @cached_property
    def embeddings(self) -> Embeddings | None:
        """(N, D) mapped from disk, or None."""
        return self.dataset.arrays.read(self.embedding) if self.embedding else None

    @property
    def _embeddings_to_ask_of(self) -> Embeddings | None:
        """The embeddings, or only their shape where workers read them from an object storage."""
        address = self.where.address(self.dataset, self.embedding)
        return self.embeddings if address is None else self.where.stand_in(address)

    @cached_property
    def scores(self) -> Scores | None:
        """(N,) with a score for each candidate, or None if the method can do without."""
        candidates = without(self.allowed_rows, self.labeled_rows)
        return complete_scores(self.dataset, self.config, self.score, candidates)

    def _graph(self, progress: Progress | None) -> "NeighborGraph | None":
        uses_graph = self.config.method is SamplingMethod.CORAL and self.config.coral == "herding"
        if self.embedding is None or not uses_graph or not self._may_need_graph():
            return None
        try:
            return neighbor_graph(
                self.dataset, self.embedding, progress, normalize=self.config.normalize, where=self.where
            )
        except InvalidInputError:
            # A row outside the query set may be impossible to measure; the selection looks at its own rows only.
            return None

    def _may_need_graph(self) -> bool:
        """Return whether the selection can come to look at a neighbor graph.

        On this machine it always gets one, which the map needs too. For a cluster it would be built here, out of what
        this machine may not hold: only if the rows would be others without it.
        """
        config = self.config
        if self.where.cluster is None or config.limits or config.budget or config.n_samples == -1:
            return True
        from al_core.selection.herding import reaches

        n_rows = len(union([self.allowed_rows, self.labeled_rows]))
        is_read = any(isinstance(goal, Typical) for goal in config.goals)
        return is_read or reaches(GRAPH_NEIGHBORS, n_rows, config.n_samples)


def read_selection(dataset: "Dataset", tag: Tag) -> Selection | None:
    """Return the selection that made a tag, or None for a tag made in another way."""
    provenance = tag.provenance
    order = dataset.arrays.find(Kind.SELECTION, tag.id)
    if order is None or provenance.config is None or provenance.quality is None:
        return None
    added: Rows = np.asarray(dataset.arrays.read(order))
    stored_reserve = read_reserve(dataset) if provenance.n_strata else None
    tests = np.intersect1d(added, stored_reserve.reserve.rows) if stored_reserve else NO_ROWS
    return Selection(
        tag, added, provenance.config, provenance.quality, tests, changes(dataset, provenance), dataset=dataset
    )


def selection_of(dataset: "Dataset", tag: Tag) -> Selection:
    """Return the selection that made a tag, or raise `NotFoundError`."""
    selection = read_selection(dataset, tag)
    if selection is None:
        raise NotFoundError(f"tag '{tag.name}' of dataset '{dataset.name}' was not made by a selection")
    return selection
