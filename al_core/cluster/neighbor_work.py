"""What workers compute for a neighbor graph: steps of `al_core.geometry`, in its very blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.shard import Call, Shard
from al_core.cluster.shards import Work
from al_core.geometry.cells import assign, flat, place_centers
from al_core.geometry.exact_neighbors import BLOCK_ROWS, Neighbors, nearest_of_part, run_tasks, settled
from al_core.geometry.inverted_lists import ListSearch, filled_lists
from al_core.geometry.repeats import hashes_of
from al_core.geometry.space import Space, blocks
from al_core.geometry.threads import workers
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class HashRows(Call):
    """What are the hashes of the rows of the shard?"""

    def run(self, shard: Shard, tick: Callable[[], None]) -> NDArray[np.uint64]:
        """Return (n,)."""
        return hashes_of(shard.space, shard.threads, tick)


@dataclass(frozen=True, eq=False)
class EqualTo(Call):
    """Which of these rows of the shard equal a vector?

    Attributes:
        rows: Each to be compared with one of them.
        which: (n,) with which.
        vectors: (m, D).
    """

    rows: Rows
    which: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def run(self, shard: Shard, tick: Callable[[], None]) -> NDArray[np.bool_]:
        """Return (n,) whether each does."""
        are_equal = np.empty(len(self.rows), np.bool_)
        for block in blocks(np.arange(len(self.rows)), shard.space.dim):
            vectors = shard.space.vectors(self.rows[block])
            are_equal[block] = (vectors == self.vectors[self.which[block]]).all(axis=1)
            tick()
        return are_equal


@dataclass(frozen=True, eq=False)
class PlaceCenters(Work):
    """The centers of cells, from the vectors of a `CenterSample`.

    Attributes:
        first: Those of them at which the centers begin.
    """

    first: Rows

    def run(
        self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any
    ) -> NDArray[np.float32]:
        """Return (C, D)."""
        with workers(n_threads) as pool:
            return place_centers(vectors, self.first, pool, tick)


@dataclass(frozen=True, eq=False)
class FindCells(Work):
    """The cells whose centers, which are lent, are nearest to rows.

    Attributes:
        n_probes: How many.
        order: In which rows are compared; None stands for theirs.
    """

    n_probes: int
    order: Rows | None = None

    def run(
        self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any
    ) -> NDArray[np.int32]:
        """Return (n, n_probes), nearest first."""
        ordered = vectors if self.order is None else vectors[self.order]
        with workers(n_threads) as pool:
            return assign(ordered.__getitem__, len(ordered), flat(lent), self.n_probes, pool, lambda done: tick())


@dataclass(frozen=True, eq=False)
class LookInPart(Work):
    """Those of a part of all rows that may be among the nearest of a few rows, which are lent with their vectors.

    Attributes:
        part: Ascending.
        k: How many neighbors.
    """

    part: Rows
    k: int

    def run(self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any) -> Neighbors:
        """Return what `nearest_of_part` finds, for as many rows at a time as there."""
        rows, padded = lent
        space = _space_of(vectors)
        place = np.minimum(np.searchsorted(self.part, rows), len(self.part) - 1)
        own = np.where(self.part[place] == rows, place, -1)

        def look(start: int) -> Neighbors:
            few = slice(start, start + BLOCK_ROWS)
            return nearest_of_part(space, self.k, own[few], padded[few], np.arange(len(self.part)))

        with workers(n_threads) as pool:
            found = list(run_tasks(pool, look, range(0, len(rows), BLOCK_ROWS), tick))
        indices, distances = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return _numbered(indices, self.part), distances


@dataclass(frozen=True, eq=False)
class Settle(Work):
    """The nearest of some neighbors by their exact distances.

    Attributes:
        rows: Those with neighbors, and the neighbors, ascending.
        queries: Those with neighbors.
        neighbors: (n, k or a few more) of each.
        k: How many are wanted.
    """

    rows: Rows
    queries: Rows
    neighbors: NDArray[np.int32]
    k: int

    def run(self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any) -> Neighbors:
        """Return what `settled` returns."""
        space = _space_of(vectors)
        padded = space.padded(np.searchsorted(self.rows, self.queries))
        places = np.searchsorted(self.rows, self.neighbors).astype(np.int32)
        indices, distances = settled(space, padded, places, self.k)
        return _numbered(indices, self.rows), distances


@dataclass(frozen=True, eq=False)
class SearchCells(Work):
    """The neighbors of rows in cells that have come to one worker as a whole; all centers are lent.

    Attributes:
        rows: All rows of the cells, ascending.
        cell_of: (n,) the cell of each, as a position in `cells`.
        cells: Which they are.
        queries: The rows that look for neighbors, as positions in `rows`.
        probes: (q, p) the cells in which each of those looks, as positions in `cells`, nearest first.
        k: How many neighbors.
    """

    rows: Rows
    cell_of: NDArray[np.int32]
    cells: NDArray[np.int64]
    queries: Rows
    probes: NDArray[np.int32]
    k: int

    def run(
        self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any
    ) -> tuple[Rows, Neighbors]:
        """Return the rows that looked, and what `ListSearch` finds: -1 at the end where that is fewer."""
        space = _space_of(vectors)
        everyone = np.arange(len(vectors))
        probes = np.zeros((len(vectors), self.probes.shape[1]), np.int32)
        probes[:, 0] = self.cell_of
        probes[self.queries] = self.probes
        indices = np.empty((len(vectors), self.k), np.int32)
        distances = np.empty((len(vectors), self.k), np.float32)
        with workers(n_threads) as pool:
            index = filled_lists(space, everyone, flat(lent[self.cells]), probes, pool, tick)
            search = ListSearch(space, everyone, self.k, index, probes)
            tasks = search.tasks(self.queries)
            for task, found in zip(tasks, run_tasks(pool, search.nearest, tasks, tick), strict=True):
                indices[task], distances[task] = found
        found_rows = _numbered(indices[self.queries], self.rows)
        return self.rows[self.queries], (found_rows, distances[self.queries])


def _space_of(vectors: NDArray[np.float32]) -> Space:
    return Space.from_embeddings(vectors, np.arange(len(vectors)), normalize=False)


def _numbered(indices: NDArray[np.int32], rows: Rows) -> NDArray[np.int32]:
    """Return rows of the dataset instead of positions in `rows`, and -1 as it is."""
    return np.where(indices < 0, -1, rows[indices]).astype(np.int32)
