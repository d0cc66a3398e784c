"""The neighbor graph of rows in shards: the graph of `al_core.geometry.neighbors`, found by all workers.

The caller has numbers of rows and cells; vectors go from worker to worker. Why the graph is equal: decision 263.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import ReadRows
from al_core.cluster.cell_groups import CellTable, cell_groups, halves
from al_core.cluster.cluster import Cluster
from al_core.cluster.neighbor_work import EqualTo, FindCells, HashRows, LookInPart, PlaceCenters, SearchCells, Settle
from al_core.cluster.shards import Gathering, Loan, Shards, plans_of
from al_core.cluster.sources import object_rows
from al_core.geometry.cells import Cells, CenterSample, assigned_rows, choose_cells, count_probes, recall_sample
from al_core.geometry.exact_neighbors import BLOCK_ROWS, Neighbors, nearest_of_parts, parts_of
from al_core.geometry.lanes import padded_width
from al_core.geometry.neighbors import NeighborGraph, are_many, checked_k, graph_of_repeats, lacking_rows
from al_core.geometry.repeats import Repeats
from al_core.geometry.space import row_runs
from al_core.store.storage import ArrayAddress
from al_core.types import Embeddings, Progress, Rows

# Vectors of rows that find their cells, or their neighbors, in one work.
_WORK_BYTES = 64 << 20
# Vectors of all the cells into which the rows of one work look: a worker holds them three times.
_MOST_WORK_BYTES = 512 << 20
# So many groups of cells per shard let workers end at about the same time.
_GROUPS_PER_SHARD = 2
# Rows that are compared with all others between two looks at what was found.
_COMPARED_ROWS = 8 * BLOCK_ROWS


def finds_neighbors(n_rows: int) -> bool:
    """Return whether all workers look for the neighbors of so many rows; otherwise one of them does, see `all_rows`.

    Without faiss no cells are made that could be divided.
    """
    return are_many(n_rows) and find_spec("faiss") is not None


def find_neighbors(
    cluster: Cluster,
    embeddings: Embeddings,
    k: int,
    *,
    normalize: bool = True,
    progress: Progress | None = None,
    address: ArrayAddress | None = None,
) -> NeighborGraph:
    """Return what `nearest_neighbors` returns for so many rows that it looks for them in cells.

    Args:
        cluster: The workers, which have faiss.
        embeddings: (N, D); only their shape counts if `address` is there.
        k: As there, and so is `normalize`.
        normalize: Whether rows are scaled to length 1.
        progress: Called with (done, total); it may raise to stop.
        address: Where workers read the embeddings if those are in an object storage.
    """
    n_rows, dim = embeddings.shape
    k = checked_k(k, n_rows)
    starts = cluster.starts(n_rows)
    sources = object_rows(address) if address else None
    plans = plans_of(embeddings, np.arange(n_rows), starts, normalize=normalize, sources=sources)
    bar = _Bar(progress or (lambda done, total: None), 2 * n_rows)
    with cluster.shards(plans, starts) as shards:
        return _Search(shards, dim, k, bar).graph()


@dataclass
class _Bar:
    """How much is done: half of the bar is for preparing the search, as on one machine."""

    progress: Progress
    total: int
    done: int = 0

    def tick(self) -> None:
        self.progress(self.done, self.total)

    def add(self, n: int) -> None:
        self.done += n
        self.tick()


@dataclass(frozen=True)
class _Search:
    """The steps of the search on one machine, in their order.

    Attributes:
        shards: Of all rows.
        dim: How many components a vector has.
        k: How many neighbors.
        bar: Of all steps.
    """

    shards: Shards
    dim: int
    k: int
    bar: _Bar

    def graph(self) -> NeighborGraph:
        """Return the graph."""
        n_rows = int(self.shards.starts[-1])
        hashes = np.concatenate(self.shards.ask([HashRows()] * len(self.shards), self.bar.tick))
        repeats = Repeats.of_equal(hashes, self.k, self._equal_to_first)
        graph = graph_of_repeats(repeats, n_rows)
        others = repeats.representatives()
        if are_many(len(others)):
            cells = choose_cells(len(others), self.k, partial(self._place_cells, others))
            if cells.are_worth_it():
                self._search_cells(graph, repeats.rest, others, cells)
        self._complete(graph, others)
        self.bar.progress(self.bar.total, self.bar.total)
        return graph

    def _equal_to_first(self, groups: Sequence[Rows]) -> list[Rows]:
        """Return of each group the rows whose vectors equal that of its first."""
        if not groups:
            return []
        vectors = self._read(np.array([group[0] for group in groups]))
        which = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        rows = np.concatenate(groups)
        order = np.argsort(rows, kind="stable")
        parts = self.shards.split(rows[order])
        cuts = np.cumsum([0, *map(len, parts)])
        calls = [
            EqualTo(part, which[order[first:stop]], vectors) if len(part) else None
            for part, first, stop in zip(parts, cuts[:-1], cuts[1:], strict=True)
        ]
        answers = [answer for answer in self.shards.ask(calls, self.bar.tick) if answer is not None]
        is_equal = np.empty(len(rows), np.bool_)
        is_equal[order] = np.concatenate(answers)
        ends = np.cumsum([len(group) for group in groups])[:-1]
        return [group[equal] for group, equal in zip(groups, np.split(is_equal, ends), strict=True)]

    def _read(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of a few rows in any order."""
        order = np.argsort(rows, kind="stable")
        calls = [ReadRows(part) if len(part) else None for part in self.shards.split(rows[order])]
        answers = [answer for answer in self.shards.ask(calls, self.bar.tick) if answer is not None]
        vectors = np.empty((len(rows), self.dim), np.float32)
        vectors[order] = np.concatenate(answers)
        return vectors

    def _place_cells(self, others: Rows, n_cells: int) -> Cells:
        sample = CenterSample.drawn(others, n_cells)
        [centers] = self._gathered([Gathering(sample.rows, PlaceCenters(sample.first))])
        with self.shards.lend(centers) as loan:
            return Cells(centers, self._count_probes(others, n_cells, loan), len(others))

    def _count_probes(self, others: Rows, n_cells: int, loan: Loan) -> int:
        sample = recall_sample(others)
        neighbors, _ = self._nearest_among(sample, others)
        rows, position = np.unique(neighbors.astype(np.int64), return_inverse=True)
        order = np.argsort(sample, kind="stable")
        # What puts the sorted rows back into the order of the sample.
        back = np.argsort(order, kind="stable")
        of_neighbors = Gathering(rows, FindCells(1))
        of_sample = Gathering(sample[order], FindCells(n_cells, back))
        cell_of_row, nearest_cells = self._gathered([of_neighbors, of_sample], loan)
        return count_probes(cell_of_row[position, 0].reshape(neighbors.shape), nearest_cells)

    def _gathered(self, gatherings: Sequence[Gathering], loan: Loan | None = None) -> Iterator[Any]:
        return self.shards.gather(gatherings, self.bar.tick, loan)

    def _nearest_among(self, rows: Rows, others: Rows) -> Neighbors:
        """Return what `exact_neighbors.nearest_among` returns for so many rows at a time."""
        vectors = self._read(rows)
        padded = np.pad(vectors, ((0, 0), (0, padded_width(self.dim) - self.dim)))
        gatherings = (Gathering(part, LookInPart(part, self.k)) for part in parts_of(others))
        with self.shards.lend((rows, padded)) as loan:
            parts = list(self.shards.gather(gatherings, self.bar.tick, loan))
        neighbors = nearest_of_parts(parts, self.k, len(others))
        settled = list(self.shards.gather(self._settling(rows, neighbors), self.bar.tick))
        indices, distances = (np.concatenate(arrays) for arrays in zip(*settled, strict=True))
        return indices, distances

    def _settling(self, rows: Rows, neighbors: NDArray[np.int32]) -> Iterator[Gathering]:
        for start in range(0, len(rows), BLOCK_ROWS):
            few = slice(start, start + BLOCK_ROWS)
            wanted = np.union1d(rows[few], neighbors[few])
            yield Gathering(wanted, Settle(wanted, rows[few], neighbors[few], self.k))

    def _search_cells(self, graph: NeighborGraph, rest: Rows, others: Rows, cells: Cells) -> None:
        """Write the neighbors of the rest of rows into a graph."""
        with self.shards.lend(cells.centers) as loan:
            probes = self._assign(others, cells, loan)
            # Repeats have their neighbors, and preparing counts once per row.
            self.bar.done = 2 * len(graph.indices) - len(rest)
            table = CellTable.of(others, np.isin(others, rest, assume_unique=True), probes, len(cells.centers))
            n_groups = max(_GROUPS_PER_SHARD * len(self.shards), self._n_works(len(others)))
            works = self._works(table, cells.centers, n_groups)
            gatherings = (Gathering(work.rows, work) for work in works)
            for rows, (indices, distances) in self.shards.gather(gatherings, self.bar.tick, loan):
                graph.indices[rows], graph.distances[rows] = indices, distances
                self.bar.add(len(rows))

    def _works(self, table: CellTable, centers: NDArray[np.float32], n_groups: int) -> Iterator[SearchCells]:
        """Yield the searches of groups of cells, none of which needs too many vectors."""
        sizes = np.diff(table.starts)
        groups = cell_groups(centers, sizes, n_groups)
        while groups:
            group = groups.pop()
            work = table.search(group, self.k)
            if work and len(group) > 1 and 4 * self.dim * len(work.rows) > _MOST_WORK_BYTES:
                groups += halves(centers, sizes, group)
            elif work:
                yield work

    def _assign(self, others: Rows, cells: Cells, loan: Loan) -> NDArray[np.int32]:
        """Return the cells in which each of `others` looks, in whole products of those on one machine."""
        size = assigned_rows(len(cells.centers), self.dim)
        n_rows = size * max(1, _WORK_BYTES // (4 * self.dim * size))
        parts = row_runs(others, n_rows)
        gatherings = (Gathering(part, FindCells(cells.n_probes)) for part in parts)
        probes = np.empty((len(others), cells.n_probes), np.int32)
        for i, found in enumerate(self.shards.gather(gatherings, self.bar.tick, loan)):
            probes[i * n_rows : i * n_rows + len(found)] = found
            self.bar.add(len(found))
        return probes

    def _n_works(self, n_rows: int) -> int:
        return -(-4 * self.dim * n_rows // _WORK_BYTES)

    def _complete(self, graph: NeighborGraph, others: Rows) -> None:
        """Compare the rows that lack neighbors with all others."""
        lacking = lacking_rows(graph)
        self.bar.done = 2 * len(graph.indices) - len(lacking)
        for start in range(0, len(lacking), _COMPARED_ROWS):
            rows = lacking[start : start + _COMPARED_ROWS]
            graph.indices[rows], graph.distances[rows] = self._nearest_among(rows, others)
            self.bar.add(len(rows))
