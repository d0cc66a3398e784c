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

from al_core.geometry.cells import (
    Cells,
    CenterSample,
    assign,
    choose_cells,
    count_probes,
    flat,
    place_centers,
    recall_sample,
)
from al_core.geometry.exact_neighbors import Neighbors, nearest_among, run_tasks
from al_core.geometry.space import Space, blocks
from al_core.types import Rows

if TYPE_CHECKING:
    from faiss import IndexFlatL2, IndexIVFFlat

# Components that a task of the search reads: about a tenth of a second.
_SEARCHED_COMPONENTS = 1 << 29
_MOST_ROWS = 1_024


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
        probes = self.probes[rows]
        # Lists of whole vectors need no distances to their centers, but faiss before 1.11 refuses None.
        unused = np.zeros(probes.shape, np.float32)
        squares, neighbors = self.index.search_preassigned(vectors, self.k + 1, probes, unused)
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
    cells = choose_cells(
        len(others), k, lambda n_cells: _place_cells(space, others, k, n_cells, pool, lambda: progress(0))
    )
    if not cells.are_worth_it():
        return None
    # Only the rows of `others` are searched; the zeros of all other rows are never read.
    probes = np.zeros((len(space.embeddings), cells.n_probes), np.int32)
    centers = flat(cells.centers)
    probes[others] = assign(
        lambda part: space.vectors(others[part]), len(others), centers, cells.n_probes, pool, progress
    )
    index = filled_lists(space, others, centers, probes, pool, lambda: progress(len(others)))
    return ListSearch(space, others, k, index, probes)


def _place_cells(space: Space, others: Rows, k: int, n_cells: int, pool: Executor, tick: Callable[[], None]) -> Cells:
    sample = CenterSample.drawn(others, n_cells)
    vectors = np.empty((len(sample.rows), space.dim), np.float32)
    for part in blocks(np.arange(len(sample.rows)), space.dim):
        # Scattered rows of a file that is not in memory are slow to read.
        vectors[part] = space.vectors(sample.rows[part])
        tick()
    centers = place_centers(vectors, sample.first, pool, tick)
    return Cells(centers, _count_probes(space, others, k, flat(centers), pool, tick), len(others))


def _count_probes(
    space: Space,
    others: Rows,
    k: int,
    cells: "IndexFlatL2",
    pool: Executor,
    tick: Callable[[], None],
) -> int:
    """Return into how many cells to look so that a sample of rows finds enough of its true neighbors."""
    sample = recall_sample(others)
    neighbors, _ = nearest_among(space, sample, others, k, pool, tick)
    rows, position = np.unique(neighbors.astype(np.int64), return_inverse=True)

    def nearest_cells(rows: Rows, n_cells: int) -> NDArray[np.int32]:
        return assign(lambda part: space.vectors(rows[part]), len(rows), cells, n_cells, pool, lambda _: tick())

    cell_of_row = nearest_cells(rows, 1)[:, 0]
    return count_probes(cell_of_row[position].reshape(neighbors.shape), nearest_cells(sample, cells.ntotal))


def filled_lists(
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
