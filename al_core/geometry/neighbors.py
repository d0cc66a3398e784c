"""The nearest neighbours of every row: the graph under the embedding map and under CORAL."""

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from al_core.types import Embeddings, Progress, Rows

_EXACT_ROWS = 50_000
_BLOCK_ROWS, _BLOCK_COLUMNS = 512, 1024
_SETTLE_ROWS, _TASKS_PER_REPORT = 64, 32
_K_MEANS_ROUNDS = 6
_SAMPLE_ROWS, _AIMED_RECALL = 512, 0.97
# Products round, so a few more are kept than asked for, and the last places are settled by exact distances.
_SPARE = 4
_PARTS = 4


@dataclass(frozen=True)
class NeighborGraph:
    """The k nearest neighbours of every row, nearest first, the row itself left out.

    Attributes:
        indices: (N, k) rows.
        distances: (N, k) Euclidean distances.
    """

    indices: NDArray[np.int32]
    distances: NDArray[np.float32]


def nearest_neighbors(
    embeddings: Embeddings, k: int = 32, *, normalize: bool = True, seed: int = 0, progress: Progress | None = None
) -> NeighborGraph:
    """Return the k nearest neighbours of every row (all others if there are fewer).

    Up to 50,000 rows they are exact. Above, rows are sorted into cells by k-means and compared with the cells nearest
    to their own; how many cells that takes for a recall above 0.95 is measured on a sample of rows.

    Args:
        embeddings: (N, D) floats, in memory or memory-mapped.
        k: Neighbours of each row.
        normalize: Whether rows are scaled to unit length first.
        seed: Fixes the cells.
        progress: Called with (rows done, N); it may raise to stop.

    Raises:
        InvalidInputError: If k is below 1 or a row cannot be measured.

    Examples:
        >>> nearest_neighbors(np.array([[0.0], [1.0], [3.0]]), 1, normalize=False).indices.tolist()
        [[1], [0], [1]]
    """
    if k < 1:
        raise InvalidInputError(f"k is the number of neighbours, 1 or more, not {k}")
    rows = np.arange(len(embeddings))
    space = Space.of(embeddings, rows, normalize=normalize)
    k = min(k, max(len(rows) - 1, 0))
    report = progress or (lambda done, total: None)
    with workers() as pool:
        cells, probes = _one_cell(rows) if len(rows) <= _EXACT_ROWS else _many_cells(space, k, pool, seed)
        return _search(space, k, cells, probes, pool, report)


def nearest_within(space: Space, rows: Rows, others: Rows, k: int, pool: Executor) -> NeighborGraph:
    """Return the k nearest of `others` for each of a few rows, exactly; a row is not its own neighbour."""
    parts = pool.map(lambda part: _nearest_of(space, k, rows, [part]), np.array_split(others, _PARTS))
    indices, distances = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return NeighborGraph(np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1))


def _one_cell(rows: Rows) -> tuple[list[Rows], NDArray[np.int64]]:
    return [rows], np.zeros((1, 1), np.int64)


def _many_cells(space: Space, k: int, pool: Executor, seed: int) -> tuple[list[Rows], NDArray[np.int64]]:
    """Return cells of rows and, for each cell, the cells to look into, nearest first."""
    rng, n = np.random.default_rng(seed), len(space.embeddings)
    centres = _k_means(space, int(np.sqrt(n)), pool, rng)
    cell_of = _nearest_centres(space, np.arange(n), centres, pool)
    order = np.argsort(cell_of, kind="stable")
    cells = np.split(order, np.searchsorted(cell_of[order], np.arange(1, len(centres))))
    squares = np.einsum("ij,ij->i", centres, centres)
    near = np.argsort(squares - 2 * (centres @ centres.T), axis=1, kind="stable")
    sample = rng.choice(n, _SAMPLE_ROWS, replace=False)
    return cells, near[:, : _probes_needed(space, k, sample, cell_of, near, pool)]


def _k_means(space: Space, n_cells: int, pool: Executor, rng: np.random.Generator) -> NDArray[np.float32]:
    sample = np.sort(rng.choice(len(space.embeddings), min(len(space.embeddings), 64 * n_cells), replace=False))
    centres = space.vectors(rng.choice(sample, n_cells, replace=False))
    for _ in range(_K_MEANS_ROUNDS):
        cell_of = _nearest_centres(space, sample, centres, pool)
        sums = np.zeros_like(centres)
        for block in np.array_split(np.arange(len(sample)), -(-len(sample) // _BLOCK_COLUMNS)):
            np.add.at(sums, cell_of[block], space.vectors(sample[block]))
        counts = np.bincount(cell_of, minlength=n_cells)
        centres[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return centres


def _nearest_centres(space: Space, rows: Rows, centres: NDArray[np.float32], pool: Executor) -> NDArray[np.int64]:
    squares = np.einsum("ij,ij->i", centres, centres)
    parts = np.array_split(rows, -(-len(rows) // _BLOCK_COLUMNS))
    nearest = pool.map(lambda part: (squares - 2 * (space.vectors(part) @ centres.T)).argmin(axis=1), parts)
    return np.concatenate(list(nearest))


def _probes_needed(
    space: Space, k: int, sample: Rows, cell_of: NDArray[np.int64], near: NDArray[np.int64], pool: Executor
) -> int:
    """Return how many cells must be looked into so that a sample of rows finds enough of its true neighbours."""
    true = nearest_within(space, sample, np.arange(len(space.embeddings)), k, pool).indices
    rank = np.argsort(near, axis=1, kind="stable")[cell_of[sample, None], cell_of[true]]
    sizes = np.bincount(cell_of, minlength=len(near))
    enough = (np.cumsum(sizes[near], axis=1) > k + _SPARE).argmax(axis=1).max()
    return 1 + max(int(enough), int(np.quantile(rank, _AIMED_RECALL)))


def _search(
    space: Space, k: int, cells: list[Rows], probes: NDArray[np.int64], pool: Executor, progress: Progress
) -> NeighborGraph:
    n = len(space.embeddings)
    indices, distances, done = np.empty((n, k), np.int32), np.empty((n, k), np.float32), 0

    def search(task: tuple[Rows, NDArray[np.int64]]) -> int:
        rows, near = task
        indices[rows], distances[rows] = _nearest_of(space, k, rows, [cells[cell] for cell in near])
        return len(rows)

    tasks = [
        (rows[i : i + _BLOCK_ROWS], near)
        for rows, near in zip(cells, probes, strict=True)
        for i in range(0, len(rows), _BLOCK_ROWS)
    ]
    for batch in range(0, len(tasks), _TASKS_PER_REPORT):
        done += sum(pool.map(search, tasks[batch : batch + _TASKS_PER_REPORT]))
        progress(done, n)
    return NeighborGraph(indices, distances)


def _nearest_of(space: Space, k: int, rows: Rows, pools: list[Rows]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    from al_core.geometry.neighbor_kernels import keep_nearest, sort_exactly

    vectors, width = space.padded(rows), min(k + _SPARE, sum(map(len, pools)) - 1)
    found, distances = np.full((len(rows), width), -1, np.int32), np.full((len(rows), width), np.inf, np.float32)
    for others in pools:
        for start in range(0, len(others), _BLOCK_COLUMNS):
            part = others[start : start + _BLOCK_COLUMNS]
            candidates = space.padded(part)
            norms = np.einsum("ij,ij->i", candidates, candidates)
            keep_nearest(found, distances, rows, vectors @ candidates.T, part, norms)
    for start in range(0, len(rows), _SETTLE_ROWS):
        some = slice(start, start + _SETTLE_ROWS)
        sort_exactly(found[some], distances[some], vectors[some], space.padded(found[some].ravel().astype(np.int64)))
    return found[:, :k], np.sqrt(distances[:, :k])
