"""Selections on a cluster: the rows of `al_core.selection.select`, from vectors on workers."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from al_core.cluster.cluster import Cluster
from al_core.cluster.ranking import is_ranking, ranked
from al_core.cluster.refusals import check_possible
from al_core.cluster.sharded_vectors import ShardedVectors
from al_core.cluster.shards import Shards, plans_of
from al_core.cluster.sources import object_rows
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.selection import METHODS, GoalArrays, SelectionQuality, prepared
from al_core.selection.quality import asked_quality
from al_core.selection.request import Request
from al_core.store.storage import ArrayAddress
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph


def select(  # noqa: PLR0913 - that of al_core.selection, and where
    cluster: Cluster,
    embeddings: Embeddings | None,
    config: SelectionConfig,
    *,
    scores: Scores | None = None,
    query_rows: Rows | None = None,
    preselected_rows: Rows | Sequence[int] = (),
    graph: "NeighborGraph | None" = None,
    arrays: GoalArrays | None = None,
    progress: Progress | None = None,
    address: ArrayAddress | None = None,
) -> Rows:
    """Return what `al_core.selection.select` returns, to the last row; distances are measured by the workers.

    Args:
        cluster: The workers.
        embeddings: (N, D); of an array mapped from a file, workers read their rows there.
        config: As there, and so are the others.
        scores: One per row.
        query_rows: Rows that may be selected.
        preselected_rows: Rows already chosen.
        graph: Nearest neighbors of the rows for CORAL.
        arrays: What goals, limits and budget speak of.
        progress: Called with (picked, total); it may raise to stop.
        address: Where workers read the embeddings if those are in an object storage; then only their shape counts here,
            see `stand_in`.

    Raises:
        NotAllowedError: If the configuration asks for what a cluster does not do yet.
        ServerError: If the cluster fails.
    """
    request = prepared(
        embeddings,
        config,
        scores=scores,
        query_rows=query_rows,
        preselected_rows=preselected_rows,
        graph=graph,
        arrays=arrays,
        progress=progress,
    )
    if not request.n_new:
        return np.empty(0, np.int64)
    check_possible(request)
    if is_ranking(request):
        return ranked(cluster, request)
    return _picked(cluster, request, address)


def _picked(cluster: Cluster, request: Request, address: ArrayAddress | None) -> Rows:
    """Return what the method of a request picks, which asks the workers for every distance."""
    method = METHODS[request.config.method]
    # Without embeddings nothing is measured that workers could share.
    if request.embeddings is None:
        return method(request)
    with ExitStack() as stack:
        shards = _opening(cluster, request.embeddings, request.rows, stack, request.config.normalize, address)
        vectors = ShardedVectors(shards, request.candidates, request.n_new, lambda: request.progress(0, request.n_new))
        return method(replace(request, shards=vectors))


def quality(  # noqa: PLR0913 - that of al_core.selection, and where
    cluster: Cluster,
    embeddings: Embeddings,
    *,
    rows: Rows,
    preselected_rows: Rows | Sequence[int] = (),
    query_rows: Rows | None = None,
    scores: Scores | None = None,
    normalize: bool = True,
    progress: Progress | None = None,
    address: ArrayAddress | None = None,
) -> SelectionQuality:
    """Return what `al_core.selection.quality` returns; `progress` is called with (0, rows) and may raise to stop."""
    asked = asked_quality(embeddings, rows, preselected_rows, query_rows, scores)
    if not len(asked.chosen):
        return asked.without_distances()

    def tick() -> None:
        if progress:
            progress(0, len(rows))

    with ExitStack() as stack:
        shards = _opening(cluster, embeddings, asked.rows, stack, normalize, address)
        try:
            return asked.measured(ShardedVectors(shards, asked.rows, 0, tick))
        except InvalidInputError:
            # As on one machine: a row has no distances.
            return asked.without_distances()


def _opening(
    cluster: Cluster,
    embeddings: Embeddings,
    rows: Rows,
    stack: ExitStack,
    normalize: bool,
    address: ArrayAddress | None,
) -> Callable[[], Shards]:
    """Return what opens the shards of which some rows are measured, until the stack closes."""

    def open_shards() -> Shards:
        starts = cluster.starts(len(embeddings))
        sources = object_rows(address) if address else None
        plans = plans_of(embeddings, rows, starts, normalize=normalize, sources=sources)
        return stack.enter_context(cluster.shards(plans, starts))

    return open_shards


def stand_in(address: ArrayAddress) -> Embeddings:
    """Return an array of the shape of one in an object storage, without its content: every value is NaN.

    Whatever looked at a value by mistake would be told that the row is not finite.
    """
    # A view of a single number, which takes no memory whatever its shape.
    return np.broadcast_to(np.float32(np.nan), address.shape)
