"""Nearest neighbors by comparing rows with all others, at the speed of matrix products."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.geometry.space import Space, squared_norms
from al_core.types import Rows

# One task compares a block of rows with blocks of others: 2 MB of products, which stay in the cache.
_BLOCK_ROWS = 512
_BLOCK_OTHERS = 1_024
# Rows whose neighbors' vectors are read and settled at once; with 32 neighbors of 512 components 4 MB.
_SETTLED_ROWS = 64
# Products round, so a few more neighbors are held than asked for; exact distances then decide who is last.
_SPARE = 4
# `nearest_among` splits the others, not its few rows: into so many parts at least, that all cores have work, and so
# small ones that a part is done within a second.
_PARTS = 4
_PART_OTHERS = 16_384
# Tasks between two looks at whether the caller wants to stop.
_TASKS_PER_TICK = 4

Task = TypeVar("Task")
Result = TypeVar("Result")
Neighbors = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Rows (n, k), nearest first, and their Euclidean distances (n, k)."""


@dataclass(frozen=True)
class ExactSearch:
    """Finds the true neighbors of rows.

    Attributes:
        space: Where distances are measured.
        others: The rows to look among; a row is not its own neighbor.
        k: How many neighbors.
    """

    space: Space
    others: Rows
    k: int

    def tasks(self, rows: Rows) -> list[Rows]:
        """Split rows into parts for `nearest`."""
        return [rows[start : start + _BLOCK_ROWS] for start in range(0, len(rows), _BLOCK_ROWS)]

    def nearest(self, rows: Rows) -> Neighbors:
        """Return the neighbors of some rows."""
        return nearest_of(self.space, self.k, rows, self.others)


def nearest_among(
    space: Space, rows: Rows, others: Rows, k: int, pool: Executor, tick: Callable[[], None] | None = None
) -> Neighbors:
    """Return the k nearest of `others` for each of a few rows; `tick` is called about every second."""
    n_parts = max(_PARTS, -(-len(others) // _PART_OTHERS))
    parts = run_tasks(pool, lambda part: nearest_of(space, k, rows, part), np.array_split(others, n_parts), tick)
    indices, distances = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)


def run_tasks(
    pool: Executor, function: Callable[[Task], Result], tasks: Sequence[Task], tick: Callable[[], None] | None = None
) -> Iterator[Result]:
    """Yield the result of each task in order; `tick` is called after every few and may raise to stop.

    Few tasks are submitted at a time, because a pool that closes first completes all that it has.
    """
    remaining = iter(tasks)
    while batch := list(islice(remaining, _TASKS_PER_TICK)):
        yield from pool.map(function, batch)
        if tick:
            tick()


def nearest_of(space: Space, k: int, rows: Rows, others: Rows) -> Neighbors:
    """Return the k nearest of `others` for each row."""
    kernels.load()
    from al_core.geometry.neighbor_kernels import keep_nearest

    vectors = space.padded(rows)
    # The row itself may be among the others.
    width = min(k + _SPARE, len(others) - 1)
    neighbors = np.full((len(rows), width), -1, np.int32)
    distances = np.full((len(rows), width), np.inf, np.float32)
    for start in range(0, len(others), _BLOCK_OTHERS):
        block = others[start : start + _BLOCK_OTHERS]
        block_vectors = space.padded(block)
        keep_nearest(neighbors, distances, rows, vectors @ block_vectors.T, block, squared_norms(block_vectors))
    return settled(space, vectors, neighbors, k)


def settled(space: Space, vectors: NDArray[np.float32], neighbors: NDArray[np.int32], k: int) -> Neighbors:
    """Return the k nearest of some neighbors (n, k or a few more) of padded vectors, by their exact distances."""
    kernels.load()
    from al_core.geometry.neighbor_kernels import sort_exactly

    distances = np.empty(neighbors.shape, np.float32)
    for start in range(0, len(neighbors), _SETTLED_ROWS):
        block = slice(start, start + _SETTLED_ROWS)
        neighbor_vectors = space.padded(neighbors[block].ravel().astype(np.int64))
        sort_exactly(neighbors[block], distances[block], vectors[block], neighbor_vectors)
    return neighbors[:, :k], np.sqrt(distances[:, :k])
