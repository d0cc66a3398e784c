"""What a stored selection was made from, brought together again for figures about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod
from al_core.evaluation import Pool
from al_core.exceptions import MissingInputError
from al_core.steps.provenance import find_source
from al_core.steps.reserve import read_reserve
from al_core.steps.resolved import read_resolved
from al_core.steps.row_sets import NO_ROWS, without
from al_core.steps.selections import Selection, SelectionRequest
from al_core.steps.views import find_graph
from al_core.store.kinds import Kind
from al_core.store.provenance import ArraySource
from al_core.store.records import StoredArray
from al_core.types import Rows, Scores

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True, eq=False)
class StoredPool:
    """What a stored selection was made from.

    Attributes:
        request: What the method was asked for.
        pool: The same as arrays.
    """

    request: SelectionRequest
    pool: Pool

    @classmethod
    def of(cls, dataset: "Dataset", selection: Selection) -> "StoredPool":
        """Return what a selection was made from.

        Raises:
            MissingInputError: If its query set, its embedding or its score is gone, or it had no embedding.
        """
        request = stored_request(dataset, selection)
        if request.embedding is None:
            raise MissingInputError("the selection was made without an embedding, so there are no distances to measure")
        return cls.of_request(request)

    @classmethod
    def of_request(cls, request: SelectionRequest) -> "StoredPool":
        """Return the arrays of a request that has an embedding."""
        assert request.embedding is not None
        normalize = request.config.normalize
        pool = Pool(
            request.dataset.arrays.read(request.embedding),
            request.query_rows,
            request.labeled_rows,
            _weights(request.dataset, request.score),
            find_graph(request.dataset, request.embedding, normalize=normalize),
            normalize,
        )
        return cls(request, pool)

    def draws(self, n_rows: int, seeds: Sequence[int]) -> list[Rows]:
        """Return what RANDOM picks of the same rows with each seed, under the same limits and budget."""
        with self.request.where.kept_open() as where:
            request = replace(self.request, where=where)
            return [draw_of(request, n_rows, seed) for seed in seeds]


def stored_request(dataset: "Dataset", selection: Selection) -> SelectionRequest:
    """Return what the method of a stored selection was asked for.

    Raises:
        MissingInputError: If its query set, its embedding or its score is gone.
    """
    provenance = selection.tag.provenance
    embedding = _source(dataset, Kind.EMBEDDING, provenance.embedding)
    score = _source(dataset, Kind.SCORE, provenance.score)
    # The reserve as it was then: strata that were drawn later barred nothing.
    reserve = read_reserve(dataset, provenance.n_strata) if provenance.n_strata else None
    barred = reserve.barred if reserve else NO_ROWS
    chosen_before = without(selection.tag.rows, selection.added_rows)
    labeled = without(chosen_before, barred)
    query = without(_query_rows(dataset, selection), barred)
    resolved = read_resolved(dataset, selection.tag)
    return SelectionRequest(dataset, selection.config, query, labeled, embedding, score, resolved)


def draw_of(request: SelectionRequest, n_rows: int, seed: int) -> Rows:
    """Return what RANDOM picks in place of a method, under the same limits and budget, at most `n_rows`."""
    config = replace(
        request.config,
        method=SamplingMethod.RANDOM,
        n_samples=len(request.labeled_rows) + n_rows,
        seed=seed,
        test_share=0.0,
        # RANDOM is the control, which takes none.
        goals=(),
    )
    return replace(request, config=config).select()


def _query_rows(dataset: "Dataset", selection: Selection) -> Rows:
    query = dataset.find_tag_by_id(selection.tag.query_tag_id)
    if query is None:
        raise MissingInputError(
            "the tag that the selection chose among has been deleted, so RANDOM cannot draw from it"
        )
    return query.rows


def _source(dataset: "Dataset", kind: Kind, source: ArraySource | None) -> StoredArray | None:
    if source is None:
        return None
    stored = find_source(dataset, kind, source)
    if stored is None or stored.digest != source.digest:
        raise MissingInputError(f"the {kind} '{source.name}' is no longer what the selection was made from")
    return stored


def _weights(dataset: "Dataset", score: StoredArray | None) -> Scores | None:
    # What has no score cannot be uncertain.
    return None if score is None else np.nan_to_num(dataset.arrays.read(score), nan=0.0)
