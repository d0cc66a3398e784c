"""The nearest neighbors of every row: the graph under the embedding map and under CORAL (decision 013)."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry import kernels
from al_core.geometry.space import Space, squared_norms
from al_core.geometry.threads import workers
from al_core.types import Embeddings, Progress, Rows

# Up to this many rows comparing all with all is about as fast as cells, and exact.
_EXACT_ROWS = 50_000
# One task compares a block of rows with blocks of others: 2 MB of products, which stay in the cache.
_BLOCK_ROWS = 512
_BLOCK_OTHERS = 1_024
# Rows whose neighbors' vectors are read and settled at once; with 32 neighbors of 512 components 4 MB.
_SETTLED_ROWS = 64
_TASKS_PER_REPORT = 32
# k-means: rounds after which cells hardly change, and how many rows per cell are enough to place its center.
_K_MEANS_ROUNDS = 6
_ROWS_PER_CENTER = 64
# The recall is measured on so many rows; the aim lies above the promised 0.95 by the error of that measurement.
_RECALL_ROWS = 512
_AIMED_RECALL = 0.97
# Products round, so a few more neighbors are held than asked for; exact distances then decide who is last.
_SPARE = 4
# `nearest_within` splits the others, not its few rows, so that all cores have work.
_PARTS = 4
# Fixes the cells: a graph is a result of its embeddings alone.
_SEED = 0


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


@dataclass(frozen=True)
class _Cells:
    """A partition of the rows, and where to look for the neighbors of each cell's rows.

    Attributes:
        rows: The rows of each cell.
        probes: (cells, p) for each cell the cells to compare its rows with, nearest first.
    """

    rows: Sequence[Rows]
    probes: NDArray[np.int64]


def nearest_neighbors(
    embeddings: Embeddings, k: int = 32, *, normalize: bool = True, progress: Progress | None = None
) -> NeighborGraph:
    """Return the k nearest neighbors of every row (all others if there are fewer).

    Up to 50,000 rows they are exact. Above, rows are sorted into cells by k-means and compared with the cells nearest
    to their own; how many cells that takes for a recall above 0.95 is measured on a sample of rows.

    Args:
        embeddings: (N, D) floats, in memory or memory-mapped.
        k: Neighbors of each row.
        normalize: Whether rows are scaled to unit length first.
        progress: Called with (rows done, N); it may raise to stop.

    Raises:
        InvalidInputError: If k is below 1 or a row cannot be measured.

    Examples:
        >>> nearest_neighbors(np.array([[0.0], [1.0], [3.0]]), 1, normalize=False).indices.tolist()
        [[1], [0], [1]]
    """
    space = Space.from_embeddings(embeddings, np.arange(len(embeddings)), normalize=normalize)
    return nearest_in_space(space, k, progress or (lambda done, total: None))


def nearest_in_space(space: Space, k: int, progress: Progress) -> NeighborGraph:
    """Return what `nearest_neighbors` returns, in a space all of whose rows are checked."""
    if k < 1:
        raise InvalidInputError(f"k is the number of neighbors, 1 or more, not {k}")
    rows = np.arange(len(space.embeddings))
    k = min(k, max(len(rows) - 1, 0))
    with workers() as pool:
        cells = _one_cell(rows) if len(rows) <= _EXACT_ROWS else _many_cells(space, k, pool)
        return _search(space, k, cells, pool, progress)


def nearest_within(space: Space, rows: Rows, others: Rows, k: int, pool: Executor) -> NeighborGraph:
    """Return the k nearest of `others` for each of a few rows, exactly; a row is not its own neighbor."""
    parts = pool.map(lambda part: _nearest_of(space, k, rows, [part]), np.array_split(others, _PARTS))
    indices, distances = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return NeighborGraph(np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1))


def _one_cell(rows: Rows) -> _Cells:
    return _Cells([rows], np.zeros((1, 1), np.int64))


def _many_cells(space: Space, k: int, pool: Executor) -> _Cells:
    """Return about √N cells, which balances finding a row's cell against searching it."""
    rng = np.random.default_rng(_SEED)
    n = len(space.embeddings)
    centers = _k_means(space, int(np.sqrt(n)), pool, rng)
    cell_of = _nearest_centers(space, np.arange(n), centers, pool)
    order = np.argsort(cell_of, kind="stable")
    rows = np.split(order, np.searchsorted(cell_of[order], np.arange(1, len(centers))))
    near = np.argsort(_distances_to_centers(centers, centers), axis=1, kind="stable")
    sample = rng.choice(n, _RECALL_ROWS, replace=False)
    return _Cells(rows, near[:, : _count_probes(space, k, sample, cell_of, near, pool)])


def _k_means(space: Space, n_cells: int, pool: Executor, rng: np.random.Generator) -> NDArray[np.float32]:
    n = len(space.embeddings)
    sample = np.sort(rng.choice(n, min(n, _ROWS_PER_CENTER * n_cells), replace=False))
    centers = space.vectors(rng.choice(sample, n_cells, replace=False))
    for _ in range(_K_MEANS_ROUNDS):
        cell_of = _nearest_centers(space, sample, centers, pool)
        sums = np.zeros_like(centers)
        for block in np.array_split(np.arange(len(sample)), -(-len(sample) // _BLOCK_OTHERS)):
            np.add.at(sums, cell_of[block], space.vectors(sample[block]))
        counts = np.bincount(cell_of, minlength=n_cells)
        # A cell that lost all its rows stays where it was.
        has_rows = counts > 0
        centers[has_rows] = sums[has_rows] / counts[has_rows, None]
    return centers


def _nearest_centers(space: Space, rows: Rows, centers: NDArray[np.float32], pool: Executor) -> NDArray[np.int64]:
    parts = np.array_split(rows, -(-len(rows) // _BLOCK_OTHERS))
    nearest = pool.map(lambda part: _distances_to_centers(space.vectors(part), centers).argmin(axis=1), parts)
    return np.concatenate(list(nearest))


def _distances_to_centers(vectors: NDArray[np.float32], centers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return squared distances less each vector's own |a|², which changes no order among centers and saves a pass."""
    distances: NDArray[np.float32] = squared_norms(centers) - 2 * (vectors @ centers.T)
    return distances


def _count_probes(
    space: Space, k: int, sample: Rows, cell_of: NDArray[np.int64], near: NDArray[np.int64], pool: Executor
) -> int:
    """Return into how many cells to look so that a sample of rows finds enough of its true neighbors."""
    true = nearest_within(space, sample, np.arange(len(space.embeddings)), k, pool).indices
    # rank[s, i]: how many cells are nearer to the cell of sample s than the cell of its i-th true neighbor.
    rank = np.argsort(near, axis=1, kind="stable")[cell_of[sample, None], cell_of[true]]
    sizes = np.bincount(cell_of, minlength=len(near))
    # Small cells: enough of them that every row has k others to choose from.
    least = (np.cumsum(sizes[near], axis=1) > k + _SPARE).argmax(axis=1).max()
    return 1 + max(int(least), int(np.quantile(rank, _AIMED_RECALL)))


def _search(space: Space, k: int, cells: _Cells, pool: Executor, progress: Progress) -> NeighborGraph:
    n = len(space.embeddings)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)

    def search(task: tuple[Rows, NDArray[np.int64]]) -> int:
        rows, probes = task
        indices[rows], distances[rows] = _nearest_of(space, k, rows, [cells.rows[cell] for cell in probes])
        return len(rows)

    tasks = [
        (rows[start : start + _BLOCK_ROWS], probes)
        for rows, probes in zip(cells.rows, cells.probes, strict=True)
        for start in range(0, len(rows), _BLOCK_ROWS)
    ]
    n_done = 0
    for start in range(0, len(tasks), _TASKS_PER_REPORT):
        n_done += sum(pool.map(search, tasks[start : start + _TASKS_PER_REPORT]))
        progress(n_done, n)
    return NeighborGraph(indices, distances)


def _nearest_of(
    space: Space, k: int, rows: Rows, candidates: Sequence[Rows]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the k nearest candidates of each row and their distances; candidates come in any number of parts."""
    kernels.load()
    from al_core.geometry.neighbor_kernels import keep_nearest, sort_exactly

    vectors = space.padded(rows)
    # The row itself may be among the candidates.
    width = min(k + _SPARE, sum(map(len, candidates)) - 1)
    neighbors = np.full((len(rows), width), -1, np.int32)
    distances = np.full((len(rows), width), np.inf, np.float32)
    for part in candidates:
        for start in range(0, len(part), _BLOCK_OTHERS):
            others = part[start : start + _BLOCK_OTHERS]
            other_vectors = space.padded(others)
            products = vectors @ other_vectors.T
            keep_nearest(neighbors, distances, rows, products, others, squared_norms(other_vectors))
    for start in range(0, len(rows), _SETTLED_ROWS):
        block = slice(start, start + _SETTLED_ROWS)
        neighbor_vectors = space.padded(neighbors[block].ravel().astype(np.int64))
        sort_exactly(neighbors[block], distances[block], vectors[block], neighbor_vectors)
    return neighbors[:, :k], np.sqrt(distances[:, :k])
