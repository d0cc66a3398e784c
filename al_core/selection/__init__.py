"""Which rows to label next: arrays in, rows out.

A method is one function from a `Request` to the rows it picks, in order; a new one is one file and one line in
`METHODS`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.selection.checked_arrays import checked_arrays
from al_core.selection.coral import select_coral
from al_core.selection.coreset import select_coreset
from al_core.selection.goal_arrays import ClassShares, GoalArrays, Groups
from al_core.selection.quality import SelectionQuality, quality
from al_core.selection.ranking import select_active_learning, select_random
from al_core.selection.request import Request, checked_rows, count_new, count_rows
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph

__all__ = ["METHODS", "ClassShares", "GoalArrays", "Groups", "SelectionQuality", "quality", "select"]

METHODS: dict[SamplingMethod, Callable[[Request], Rows]] = {
    SamplingMethod.RANDOM: select_random,
    SamplingMethod.CORESET: select_coreset,
    SamplingMethod.CORAL: select_coral,
    SamplingMethod.ACTIVE_LEARNING: select_active_learning,
}


def select(  # noqa: PLR0913 - the public entry, all but two by keyword
    embeddings: Embeddings | None,
    config: SelectionConfig,
    *,
    scores: Scores | None = None,
    query_rows: Rows | None = None,
    preselected_rows: Rows | Sequence[int] = (),
    graph: "NeighborGraph | None" = None,
    arrays: GoalArrays | None = None,
    progress: Progress | None = None,
) -> Rows:
    """Return the newly added rows in the order they were picked.

    Args:
        embeddings: (N, D) float16, float32 or float64, in memory or memory-mapped. RANDOM and ACTIVE_LEARNING need
            none as long as `min_distance` is off.
        config: Method and stopping conditions. `n_samples` counts the preselected rows too.
        scores: (N,), one per row of the dataset, 0 to 1; only those of the query set are read.
        query_rows: Rows that may be selected; by default all.
        preselected_rows: Rows already chosen: never selected again, and kept at a distance.
        graph: Nearest neighbors of the rows (`al_core.geometry.neighbors`) for CORAL; by default they are searched.
        arrays: What the goals, limits and budget of the configuration speak of.
        progress: Called with (picked, total); it may raise to stop.

    Raises:
        InvalidInputError: If an array has the wrong shape or a value is out of range; it names the row.
        MissingInputError: If the method needs scores or embeddings that are not there.

    Examples:
        >>> line = np.array([[0.0], [1.0], [5.0], [6.0]])
        >>> select(line, SelectionConfig("CORESET", 3, normalize=False))
        array([0, 3, 1])
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
    return METHODS[config.method](request) if request.n_new else np.empty(0, np.int64)


def prepared(  # noqa: PLR0913 - the arguments of `select`
    embeddings: Embeddings | None,
    config: SelectionConfig,
    *,
    scores: Scores | None = None,
    query_rows: Rows | None = None,
    preselected_rows: Rows | Sequence[int] = (),
    graph: "NeighborGraph | None" = None,
    arrays: GoalArrays | None = None,
    progress: Progress | None = None,
) -> Request:
    """Return what `select` asks a method for, checked; it raises what `select` raises of its arguments."""
    embeddings = None if embeddings is None else np.asanyarray(embeddings)
    scores = None if scores is None else np.asanyarray(scores)
    n_rows = count_rows(embeddings, scores)
    labeled = checked_rows(preselected_rows, n_rows, "preselected_rows")
    # `checked_rows` sorts and refuses repeats, so this needs no sorting, and candidates ascend.
    candidates = np.setdiff1d(_query(query_rows, n_rows), labeled, assume_unique=True)
    return Request(
        candidates=candidates,
        labeled=labeled,
        n_new=count_new(config.n_samples, len(candidates), len(labeled)),
        config=config.seeded(),
        embeddings=embeddings,
        row_scores=scores,
        graph=graph,
        progress=progress or (lambda done, total: None),
        arrays=checked_arrays(arrays or GoalArrays(), n_rows),
    )


def _query(query_rows: Rows | None, n_rows: int | None) -> Rows:
    if query_rows is not None:
        return checked_rows(query_rows, n_rows, "query_rows")
    if n_rows is None:
        raise MissingInputError("the size of the dataset is unknown: pass query_rows, scores or embeddings")
    return np.arange(n_rows)
