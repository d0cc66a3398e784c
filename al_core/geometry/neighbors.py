"""The nearest neighbors of every row: the graph under the embedding map and under CORAL (decision 015)."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.exact_neighbors import (
    BLOCK_ROWS,
    ExactSearch,
    Neighbors,
    nearest_among,
    nearest_to,
    run_tasks,
)
from al_core.geometry.repeats import Repeats
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from al_core.types import Embeddings, Progress, Rows

# Up to this many rows comparing all with all is about as fast as lists, and exact.
_EXACT_ROWS = 20_000
_MISSING = -1


class _Search(Protocol):
    """A way to find neighbors, safe to use in several threads at once."""

    def tasks(self, rows: Rows) -> list[Rows]:
        """Split rows into parts of about a tenth of a second."""

    def nearest(self, rows: Rows) -> Neighbors:
        """Return the neighbors of the rows of one task, -1 at the end where fewer were found."""


@dataclass(frozen=True)
class NeighborGraph:
    """The k nearest neighbors of every row, nearest first, the row itself left out.

    Attributes:
        indices: (N, k) rows.
        distances: (N, k) Euclidean distances.
    """

    indices: NDArray[np.int32]
    distances: NDArray[np.float32]

    def nearest(self, k: int) -> "NeighborGraph":
        """Return the graph of the k nearest alone."""
        return NeighborGraph(self.indices[:, :k], self.distances[:, :k])


def nearest_neighbors(
    embeddings: Embeddings, k: int = 32, *, normalize: bool = True, progress: Progress | None = None
) -> NeighborGraph:
    """Return the k nearest neighbors of every row (all others if there are fewer).

    Up to 20,000 rows they are exact. Above, rows are sorted into cells by k-means and compared with those in the cells
    nearest to them; how many cells that takes for a recall above 0.95 is measured on a sample of rows.

    Args:
        embeddings: (N, D) floats, in memory or memory-mapped.
        k: Neighbors of each row.
        normalize: Whether rows are scaled to unit length first.
        progress: Called with (done, total) about every second; it may raise to stop.

    Raises:
        InvalidInputError: If k is below 1 or a row cannot be measured.

    Examples:
        >>> nearest_neighbors(np.array([[0.0], [1.0], [3.0]]), 1, normalize=False).indices.tolist()
        [[1], [0], [1]]
    """
    report = progress or (lambda done, total: None)
    n_rows = len(embeddings)
    total = _n_steps(n_rows)
    space = Space.from_embeddings(embeddings, np.arange(n_rows), normalize=normalize, tick=lambda: report(0, total))
    return nearest_in_space(space, k, report)


def nearest_in_space(space: Space, k: int, progress: Progress) -> NeighborGraph:
    """Return what `nearest_neighbors` returns, in a space all of whose rows are checked."""
    rows = np.arange(len(space.embeddings))
    k = checked_k(k, len(rows))
    with workers() as pool:
        if not are_many(len(rows)):
            graph = _empty_graph(len(rows), k)
            _search(ExactSearch(space, rows, k), rows, graph, pool, progress)
            return graph
        return _search_many(space, k, pool, progress)


def checked_k(k: int, n_rows: int) -> int:
    """Return how many neighbors each of so many rows has if k are wanted; raises what `nearest_neighbors` does."""
    if k < 1:
        raise InvalidInputError(f"k is the number of neighbors, 1 or more, not {k}")
    return min(k, max(n_rows - 1, 0))


def are_many(n_rows: int) -> bool:
    """Return whether so many rows are looked for in cells, instead of comparing all with all."""
    return n_rows > _EXACT_ROWS


def nearest_within(space: Space, rows: Rows, others: Rows, k: int, pool: Executor) -> NeighborGraph:
    """Return the k nearest of `others` for each of a few rows, exactly; a row is not its own neighbor."""
    return NeighborGraph(*nearest_among(space, rows, others, k, pool))


def nearest_in(space: Space, vectors: NDArray[np.float32], k: int) -> NeighborGraph:
    """Return the k nearest rows of a space, fewer than it has, for each of other vectors (n, D), exactly."""
    return NeighborGraph(*nearest_to(space, k, vectors))


def _search_many(space: Space, k: int, pool: Executor, progress: Progress) -> NeighborGraph:
    """Return the graph of so many rows that comparing all with all would take too long."""
    n_rows = len(space.embeddings)
    total = _n_steps(n_rows)
    repeats = Repeats.of(space, k, pool, lambda: progress(0, total))
    graph = graph_of_repeats(repeats, n_rows)
    others = repeats.representatives()
    # Preparing counts once per row, and repeats have their neighbors already.
    n_done = n_rows + n_rows - len(repeats.rest)
    if are_many(len(others)):
        search = _fast_search(space, others, k, pool, lambda done: progress(done, total))
        if search:
            # The callback reads n_done while the search runs, before the result is added.
            n_done += _search(search, repeats.rest, graph, pool, lambda found, _: progress(n_done + found, total))
    _complete(space, others, graph, pool, lambda found: progress(n_done + found, total))
    progress(total, total)
    return graph


def _n_steps(n_rows: int) -> int:
    """Return the total of the progress: of many rows, half of the bar is for preparing the search."""
    return 2 * n_rows if are_many(n_rows) else n_rows


def _fast_search(
    space: Space, others: Rows, k: int, pool: Executor, progress: Callable[[int], None]
) -> "_Search | None":
    """Return a search by faiss, or by pynndescent where faiss has no wheel; None if neither is faster than products."""
    if find_spec("faiss"):
        from al_core.geometry.inverted_lists import list_search

        return list_search(space, others, k, pool, progress)
    from al_core.geometry.descent import descent_search

    return descent_search(space, others, k)


def _empty_graph(n_rows: int, k: int) -> NeighborGraph:
    return NeighborGraph(np.empty((n_rows, k), np.int32), np.empty((n_rows, k), np.float32))


def graph_of_repeats(repeats: Repeats, n_rows: int) -> NeighborGraph:
    """Return a graph in which all but the repeats lack their neighbors, see `lacking_rows`."""
    graph = _empty_graph(n_rows, repeats.k)
    graph.indices[:] = _MISSING
    repeats.fill(graph.indices, graph.distances)
    return graph


def lacking_rows(graph: NeighborGraph) -> Rows:
    """Return the rows of which not all neighbors are found."""
    return np.flatnonzero((graph.indices == _MISSING).any(axis=1))


def _search(search: _Search, rows: Rows, graph: NeighborGraph, pool: Executor, progress: Progress) -> int:
    """Write the neighbors of the given rows into a graph; return how many rows have all of theirs."""
    tasks = search.tasks(rows)
    n_found = 0
    for task, (indices, distances) in zip(tasks, run_tasks(pool, search.nearest, tasks), strict=True):
        graph.indices[task] = indices
        graph.distances[task] = distances
        n_found += int(np.count_nonzero((indices != _MISSING).all(axis=1)))
        progress(n_found, len(rows))
    return n_found


def _complete(
    space: Space, others: Rows, graph: NeighborGraph, pool: Executor, progress: Callable[[int], None]
) -> None:
    """Compare the rows that lack neighbors with all others.

    Not within the task that found too few: one row compared with a million reads them all, and whoever wants to stop
    would wait for that.
    """
    lacking = lacking_rows(graph)
    for start in range(0, len(lacking), BLOCK_ROWS):
        rows = lacking[start : start + BLOCK_ROWS]
        graph.indices[rows], graph.distances[rows] = nearest_among(
            space, rows, others, graph.indices.shape[1], pool, partial(progress, start)
        )
