"""Nearest neighbors through faiss's inverted lists: each row looks into the cells whose centers are nearest to it.

Source: Jégou, Douze, Schmid, Product Quantization for Nearest Neighbor Search, PAMI 2011, section 4 (without the
quantization of vectors). Why faiss, and why its calls run in our threads: decision 015.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import Neighbors, nearest_among, run_tasks
from al_core.geometry.space import Space, blocks
from al_core.types import Rows

if TYPE_CHECKING:
    from faiss import IndexFlatL2, IndexIVFFlat

# Cells per √N to begin with: finding a row's cells then costs as much as reading one or two of them. Cells hold twice
# the neighbors, so that hardly a row has too few to choose from.
_CELLS_PER_ROOT = 2
_NEIGHBORS_PER_CELL = 2
# Pairs of rows that matrix products compare while faiss's scan of a list compares one.
_PRODUCTS_PER_SCAN = 4
# k-means: rounds after which cells hardly change, and how many rows per cell are enough to place its center.
_K_MEANS_ROUNDS = 4
_ROWS_PER_CENTER = 40
# The recall is measured on so many rows; the aim lies above the promised 0.95 by the error of that measurement.
_RECALL_ROWS = 512
_AIMED_RECALL = 0.97
# From this share of the cells on, comparing with all rows is as fast as scanning lists, and exact.
_LARGEST_SHARE = 0.2
# Components that a task multiplies to find cells, and that a task of the search reads: each about a tenth of a second.
# Within these numbers of rows, matrix products run at full speed.
_ASSIGNED_COMPONENTS = 1 << 31
_LEAST_ASSIGNED_ROWS = 64
_MOST_ASSIGNED_ROWS = 2_048
_SEARCHED_COMPONENTS = 1 << 29
_MOST_ROWS = 1_024
# Fixes the cells: a graph is a result of its embeddings alone.
_SEED = 0


@dataclass(frozen=True)
class ListSearch:
    """Finds nearly all true neighbors of rows.

    Attributes:
        space: Where distances are measured.
        others: The rows in the lists.
        k: How many neighbors.
        index: The lists.
        probes: (N, p) the cells in which each row looks, nearest first.
    """

    space: Space
    others: Rows
    k: int
    index: "IndexIVFFlat"
    probes: NDArray[np.int32]

    def tasks(self, rows: Rows) -> list[Rows]:
        """Split rows into parts for `nearest`; neighbors in space come together, so that their lists stay in cache."""
        by_cell = rows[np.argsort(self.probes[rows, 0], kind="stable")]
        n_scanned = self.probes.shape[1] * len(self.others) / self.index.nlist
        n_rows = int(np.clip(_SEARCHED_COMPONENTS / (n_scanned * self.space.dim), 1, _MOST_ROWS))
        return [by_cell[start : start + n_rows] for start in range(0, len(rows), n_rows)]

    def nearest(self, rows: Rows) -> Neighbors:
        """Return the neighbors of some rows; faiss fills up with -1 where their cells held too few others."""
        import faiss

        # OpenMP keeps this number per calling thread, so every task sets it.
        faiss.omp_set_num_threads(1)
        vectors = self.space.vectors(rows)
        squares, neighbors = self.index.search_preassigned(vectors, self.k + 1, self.probes[rows], None)
        is_other = neighbors != rows[:, None]
        # Among more than k rows at distance 0 the row itself may be missing; then the last one goes.
        is_other[is_other.all(axis=1), -1] = False
        indices = neighbors[is_other].reshape(len(rows), self.k).astype(np.int32)
        # Sums of squared differences, so near-duplicates keep their distance; they differ from `squared_distances` by
        # rounding alone, and measuring them again would take as long as the search.
        distances = np.sqrt(squares[is_other].reshape(len(rows), self.k))
        return indices, distances


def list_search(
    space: Space, others: Rows, k: int, pool: Executor, progress: Callable[[int], None]
) -> ListSearch | None:
    """Return a search that reaches the aimed recall, or None if comparing with all rows is not slower.

    Args:
        space: Where distances are measured.
        others: The rows to look among.
        k: How many neighbors, fewer than there are others.
        pool: The threads in which faiss is called.
        progress: Called about every second with the number of rows that are assigned to cells; it may raise to stop.
    """
    cells = _choose_cells(space, others, k, pool, lambda: progress(0))
    if cells.n_probes > _LARGEST_SHARE * cells.centers.ntotal:
        return None
    # Only the rows of `others` are searched; the zeros of all other rows are never read.
    probes = np.zeros((len(space.embeddings), cells.n_probes), np.int32)
    probes[others] = _assign(
        lambda part: space.vectors(others[part]), len(others), cells.centers, cells.n_probes, pool, progress
    )
    index = _filled_lists(space, others, cells.centers, probes, pool, lambda: progress(len(others)))
    return ListSearch(space, others, k, index, probes)


@dataclass(frozen=True)
class _Cells:
    """Cells and what a search of them costs.

    Attributes:
        centers: Of the cells.
        n_probes: Into how many cells each row looks.
        n_rows: How many rows the cells hold.
    """

    centers: "IndexFlatL2"
    n_probes: int
    n_rows: int

    def cost(self) -> float:
        """Return how long finding the cells of all rows and reading them takes, in scanned pairs of rows."""
        n_cells = int(self.centers.ntotal)
        n_scanned = self.n_rows * self.n_probes * self.n_rows / n_cells
        return n_scanned + _product_cost(self.n_rows, n_cells)


def _choose_cells(space: Space, others: Rows, k: int, pool: Executor, tick: Callable[[], None]) -> _Cells:
    """Return cells that make finding neighbors cheap, from 2√N on.

    The number that is best depends on the data: of 200,000 rows in 2,000 clusters each has to look into 15 of 894
    cells, but only into 3 of 1,788. So they are doubled as long as placing the smaller ones and finding each row's
    costs less than half of what they may save.
    """
    most = max(1, len(others) // (_NEIGHBORS_PER_CELL * (k + 1)))
    n_cells = min(int(_CELLS_PER_ROOT * np.sqrt(len(others))), most)
    cells = _place_cells(space, others, k, n_cells, pool, tick)
    while 2 * n_cells <= most and _fixed_cost(len(others), 2 * n_cells) < cells.cost() / 2:
        n_cells *= 2
        smaller = _place_cells(space, others, k, n_cells, pool, tick)
        if smaller.cost() > cells.cost():
            break
        cells = smaller
    return cells


def _place_cells(space: Space, others: Rows, k: int, n_cells: int, pool: Executor, tick: Callable[[], None]) -> _Cells:
    centers = _k_means(space, others, n_cells, np.random.default_rng(_SEED), pool, tick)
    return _Cells(centers, _count_probes(space, others, k, centers, pool, tick), len(others))


def _fixed_cost(n_rows: int, n_cells: int) -> float:
    """Return how long k-means and finding the cells of all rows take, in scanned pairs of rows."""
    n_sampled = min(n_rows, _ROWS_PER_CENTER * n_cells)
    return _product_cost(_K_MEANS_ROUNDS * n_sampled, n_cells) + _product_cost(n_rows, n_cells)


def _product_cost(n_rows: int, n_cells: int) -> float:
    return n_rows * n_cells / _PRODUCTS_PER_SCAN


def _k_means(
    space: Space, others: Rows, n_cells: int, rng: np.random.Generator, pool: Executor, tick: Callable[[], None]
) -> "IndexFlatL2":
    """Return the centers of cells.

    Not faiss's own training: that cannot be stopped, and its sums depend on the number of threads.
    """
    # Sorted, so that a memory-mapped file is read forward.
    sample = np.sort(rng.choice(others, min(len(others), _ROWS_PER_CENTER * n_cells), replace=False))
    vectors = np.empty((len(sample), space.dim), np.float32)
    for part in blocks(np.arange(len(sample)), space.dim):
        # Scattered rows of a file that is not in memory are slow to read.
        vectors[part] = space.vectors(sample[part])
        tick()
    centers = vectors[rng.choice(len(sample), n_cells, replace=False)]
    for _ in range(_K_MEANS_ROUNDS):
        cell_of = _assign(vectors.__getitem__, len(vectors), _flat(centers), 1, pool, lambda _: tick())[:, 0]
        order = np.argsort(cell_of, kind="stable")
        # A cell that lost all its rows stays where it was.
        cells, starts, counts = np.unique(cell_of[order], return_index=True, return_counts=True)
        # `reduceat` sums runs of rows of one cell, in an order that does not depend on threads.
        centers[cells] = np.add.reduceat(vectors[order], starts) / counts[:, None]
    return _flat(centers)


def _flat(centers: NDArray[np.float32]) -> "IndexFlatL2":
    import faiss

    index = faiss.IndexFlatL2(centers.shape[1])
    index.add(centers)
    return index


def _count_probes(
    space: Space,
    others: Rows,
    k: int,
    cells: "IndexFlatL2",
    pool: Executor,
    tick: Callable[[], None],
) -> int:
    """Return into how many cells to look so that a sample of rows finds enough of its true neighbors."""
    # Not the rows that became centers: their neighbors are nearer at hand.
    sample = np.random.default_rng([_SEED, 1]).choice(others, _RECALL_ROWS, replace=False)
    neighbors, _ = nearest_among(space, sample, others, k, pool, tick)
    rows, position = np.unique(neighbors.astype(np.int64), return_inverse=True)
    cell_of_row = _assign(lambda part: space.vectors(rows[part]), len(rows), cells, 1, pool, lambda _: tick())[:, 0]
    cell_of_neighbor = cell_of_row[position].reshape(neighbors.shape)
    nearest_cells = _assign(
        lambda part: space.vectors(sample[part]), len(sample), cells, cells.ntotal, pool, lambda _: tick()
    )
    # The inverse of each sample's order of cells: n_nearer[s, c] cells are nearer to sample s than cell c.
    n_nearer = np.argsort(nearest_cells, axis=1)
    # So many cells would be looked into in vain before the one with the neighbor.
    ranks = np.take_along_axis(n_nearer, cell_of_neighbor, axis=1)
    return 1 + int(np.quantile(ranks, _AIMED_RECALL))


def _assign(
    read: Callable[[slice], NDArray[np.float32]],
    n_rows: int,
    cells: "IndexFlatL2",
    n_probes: int,
    pool: Executor,
    progress: Callable[[int], None],
) -> NDArray[np.int32]:
    """Return the (n_rows, n_probes) cells nearest to each vector, nearest first; `read` returns a slice of vectors."""
    nearest = np.empty((n_rows, n_probes), np.int32)

    def assign(part: slice) -> None:
        import faiss

        faiss.omp_set_num_threads(1)
        nearest[part] = cells.search(read(part), n_probes)[1]

    size = int(np.clip(_ASSIGNED_COMPONENTS // (cells.ntotal * cells.d), _LEAST_ASSIGNED_ROWS, _MOST_ASSIGNED_ROWS))
    parts = [slice(start, start + size) for start in range(0, n_rows, size)]
    for part, _ in zip(parts, run_tasks(pool, assign, parts), strict=True):
        progress(min(part.stop, n_rows))
    return nearest


def _filled_lists(
    space: Space,
    others: Rows,
    cells: "IndexFlatL2",
    probes: NDArray[np.int32],
    pool: Executor,
    tick: Callable[[], None],
) -> "IndexIVFFlat":
    """Return lists with each row in its nearest cell; every list is filled by one task, in the order of rows."""
    import faiss

    index = faiss.IndexIVFFlat(cells, space.dim, cells.ntotal)
    # `search_preassigned` refuses probes of any other width.
    index.nprobe = probes.shape[1]
    by_cell = others[np.argsort(probes[others, 0], kind="stable")]
    # Where each cell's run begins; a cell without rows gets an empty one.
    rows_of = np.split(by_cell, np.searchsorted(probes[by_cell, 0], np.arange(1, cells.ntotal)))

    def fill(cell: int) -> None:
        vectors = space.vectors(rows_of[cell])
        if len(vectors):
            ids = rows_of[cell].astype(np.int64)
            # A list without compression holds each vector's own bytes.
            codes = vectors.view(np.uint8)
            index.invlists.add_entries(cell, len(ids), faiss.swig_ptr(ids), faiss.swig_ptr(codes))

    for _ in run_tasks(pool, fill, range(cells.ntotal), tick):
        pass
    # The index counts what `add` puts in, not what its lists are handed.
    index.ntotal = len(others)
    return index
