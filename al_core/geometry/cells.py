"""Cells of rows around centers: how many, where they lie, and into how many of them a row has to look."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import run_tasks
from al_core.types import Rows

if TYPE_CHECKING:
    from faiss import IndexFlatL2

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
# Components that a task multiplies to find cells: about a tenth of a second. Within these numbers of rows, matrix
# products run at full speed.
_ASSIGNED_COMPONENTS = 1 << 31
_LEAST_ASSIGNED_ROWS = 64
_MOST_ASSIGNED_ROWS = 2_048
# Fixes the cells: a graph is a result of its embeddings alone.
_SEED = 0


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells and what a search of them costs.

    Attributes:
        centers: (C, D) of the cells.
        n_probes: Into how many cells each row looks.
        n_rows: How many rows the cells hold.
    """

    centers: NDArray[np.float32]
    n_probes: int
    n_rows: int

    def cost(self) -> float:
        """Return how long finding the cells of all rows and reading them takes, in scanned pairs of rows."""
        n_cells = len(self.centers)
        n_scanned = self.n_rows * self.n_probes * self.n_rows / n_cells
        return n_scanned + _product_cost(self.n_rows, n_cells)

    def are_worth_it(self) -> bool:
        """Return whether scanning them is faster than comparing with all rows."""
        return self.n_probes <= _LARGEST_SHARE * len(self.centers)


def choose_cells(n_rows: int, k: int, place: Callable[[int], Cells]) -> Cells:
    """Return cells that make finding neighbors cheap, from 2√N on; `place` returns so many cells.

    The number that is best depends on the data: of 200,000 rows in 2,000 clusters each has to look into 15 of 894
    cells, but only into 3 of 1,788. So they are doubled as long as placing the smaller ones and finding each row's
    costs less than half of what they may save.
    """
    most = max(1, n_rows // (_NEIGHBORS_PER_CELL * (k + 1)))
    n_cells = min(int(_CELLS_PER_ROOT * np.sqrt(n_rows)), most)
    cells = place(n_cells)
    while 2 * n_cells <= most and _fixed_cost(n_rows, 2 * n_cells) < cells.cost() / 2:
        n_cells *= 2
        smaller = place(n_cells)
        if smaller.cost() > cells.cost():
            break
        cells = smaller
    return cells


def _fixed_cost(n_rows: int, n_cells: int) -> float:
    """Return how long k-means and finding the cells of all rows take, in scanned pairs of rows."""
    n_sampled = min(n_rows, _ROWS_PER_CENTER * n_cells)
    return _product_cost(_K_MEANS_ROUNDS * n_sampled, n_cells) + _product_cost(n_rows, n_cells)


def _product_cost(n_rows: int, n_cells: int) -> float:
    return n_rows * n_cells / _PRODUCTS_PER_SCAN


@dataclass(frozen=True, eq=False)
class CenterSample:
    """The rows that centers are placed by.

    Attributes:
        rows: Ascending, so that a memory-mapped file is read forward.
        first: (C,) those at which the centers begin, as positions in `rows`.
    """

    rows: Rows
    first: Rows

    @classmethod
    def drawn(cls, others: Rows, n_cells: int) -> "CenterSample":
        """Draw the sample for so many cells: the same for the same rows."""
        rng = np.random.default_rng(_SEED)
        rows = np.sort(rng.choice(others, min(len(others), _ROWS_PER_CENTER * n_cells), replace=False))
        return cls(rows, rng.choice(len(rows), n_cells, replace=False))


def place_centers(
    vectors: NDArray[np.float32], first: Rows, pool: Executor, tick: Callable[[], None]
) -> NDArray[np.float32]:
    """Return the centers of cells by k-means among the vectors of a `CenterSample`.

    Not faiss's own training: that cannot be stopped, and its sums depend on the number of threads.
    """
    centers = vectors[first]
    for _ in range(_K_MEANS_ROUNDS):
        cell_of = assign(vectors.__getitem__, len(vectors), flat(centers), 1, pool, lambda _: tick())[:, 0]
        order = np.argsort(cell_of, kind="stable")
        # A cell that lost all its rows stays where it was.
        cells, starts, counts = np.unique(cell_of[order], return_index=True, return_counts=True)
        # `reduceat` sums runs of rows of one cell, in an order that does not depend on threads.
        centers[cells] = np.add.reduceat(vectors[order], starts) / counts[:, None]
    return centers


def flat(centers: NDArray[np.float32]) -> "IndexFlatL2":
    """Return what finds the nearest of the given centers."""
    import faiss

    index = faiss.IndexFlatL2(centers.shape[1])
    index.add(centers)
    return index


def recall_sample(others: Rows) -> Rows:
    """Draw the rows that the recall is measured on."""
    # Not the rows that became centers: their neighbors are nearer at hand.
    return np.random.default_rng([_SEED, 1]).choice(others, _RECALL_ROWS, replace=False)


def count_probes(cell_of_neighbor: NDArray[np.int32], nearest_cells: NDArray[np.int32]) -> int:
    """Return into how many cells rows have to look to find enough of their true neighbors.

    Args:
        cell_of_neighbor: (n, k) the cell in which each of them is.
        nearest_cells: (n, C) all cells, nearest first.
    """
    # The inverse of each sample's order of cells: n_nearer[s, c] cells are nearer to sample s than cell c.
    n_nearer = np.argsort(nearest_cells, axis=1)
    # So many cells would be looked into in vain before the one with the neighbor.
    ranks = np.take_along_axis(n_nearer, cell_of_neighbor, axis=1)
    return 1 + int(np.quantile(ranks, _AIMED_RECALL))


def assigned_rows(n_cells: int, dim: int) -> int:
    """Return how many rows find their cells in one product; rounding is the same in any run of whole products."""
    return int(np.clip(_ASSIGNED_COMPONENTS // (n_cells * dim), _LEAST_ASSIGNED_ROWS, _MOST_ASSIGNED_ROWS))


def assign(
    read: Callable[[slice], NDArray[np.float32]],
    n_rows: int,
    cells: "IndexFlatL2",
    n_probes: int,
    pool: Executor,
    progress: Callable[[int], None],
) -> NDArray[np.int32]:
    """Return the (n_rows, n_probes) cells nearest to each vector, nearest first; `read` returns a slice of vectors."""
    nearest = np.empty((n_rows, n_probes), np.int32)

    def assign_part(part: slice) -> None:
        import faiss

        # OpenMP keeps this number per calling thread, so every task sets it.
        faiss.omp_set_num_threads(1)
        nearest[part] = cells.search(read(part), n_probes)[1]

    size = assigned_rows(cells.ntotal, cells.d)
    parts = [slice(start, start + size) for start in range(0, n_rows, size)]
    for part, _ in zip(parts, run_tasks(pool, assign_part, parts), strict=True):
        progress(min(part.stop, n_rows))
    return nearest
