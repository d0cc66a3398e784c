"""Nearest neighbors by comparing rows with all others, at the speed of matrix products."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.geometry.lanes import padded_width
from al_core.geometry.space import Space, row_runs, squared_norms
from al_core.geometry.threads import n_cores
from al_core.types import Rows

BLOCK_ROWS = 512
"""One task compares so many rows with blocks of others: 2 MB of products, which stay in the cache."""
_BLOCK_OTHERS = 1_024
# Rows whose neighbors' vectors are read and settled at once; with 32 neighbors of 512 components 4 MB.
_SETTLED_ROWS = 64
# Products round, so a few more neighbors are held than asked for; exact distances then decide who is last.
_SPARE = 4
# `nearest_among` splits the others, not its few rows: into so many parts at least, that all cores have work, and so
# small ones that a part is done within a second.
_PARTS = 4
_PART_OTHERS = 16_384
# Tasks per core that are submitted ahead of the one whose result is awaited: one that runs, and one to follow it.
_TASKS_PER_CORE = 2

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
        return row_runs(rows, BLOCK_ROWS)

    def nearest(self, rows: Rows) -> Neighbors:
        """Return the neighbors of some rows."""
        return nearest_of(self.space, self.k, rows, self.others)


def nearest_among(
    space: Space, rows: Rows, others: Rows, k: int, pool: Executor, tick: Callable[[], None] | None = None
) -> Neighbors:
    """Return the k nearest of `others` for each of a few rows; `tick` is called after each part of the others."""
    vectors = space.padded(rows)
    search = partial(nearest_of_part, space, k, rows, vectors)
    parts = list(run_tasks(pool, search, parts_of(others), tick))
    return settled(space, vectors, nearest_of_parts(parts, k, len(others)), k)


def parts_of(others: Rows) -> list[Rows]:
    """Split rows into the parts that `nearest_of_part` looks among."""
    n_parts = max(_PARTS, -(-len(others) // _PART_OTHERS))
    return np.array_split(others, min(n_parts, len(others)))


def nearest_of_part(space: Space, k: int, rows: Rows, vectors: NDArray[np.float32], part: Rows) -> Neighbors:
    """Return those of a part that may be among the k nearest of padded vectors, for `nearest_of_parts`.

    Args:
        space: Where distances are measured.
        k: How many neighbors.
        rows: The rows that the vectors are, which are not their own neighbors; -1 for none.
        vectors: (n, D).
        part: The rows to look among.
    """
    return _by_products(space, min(k + _SPARE, len(part)), rows, vectors, part)


def nearest_of_parts(parts: Sequence[Neighbors], k: int, n_others: int) -> NDArray[np.int32]:
    """Return of what was found in each part a few more than the k nearest, for `settled` to decide."""
    indices, distances = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
    # The row itself may have left a place empty in one part, at an infinite distance.
    width = min(k + _SPARE, n_others - 1)
    order = np.argsort(distances, axis=1, kind="stable")[:, :width]
    return np.take_along_axis(indices, order, axis=1)


def run_tasks(
    pool: Executor, function: Callable[[Task], Result], tasks: Sequence[Task], tick: Callable[[], None] | None = None
) -> Iterator[Result]:
    """Yield the result of each task in order; `tick` is called after each and may raise to stop.

    Few tasks are submitted ahead, because a pool that closes first completes all that have begun.
    """
    remaining = iter(tasks)
    ahead = deque(pool.submit(function, task) for task in islice(remaining, _TASKS_PER_CORE * n_cores()))
    try:
        while ahead:
            result = ahead.popleft().result()
            if tick:
                tick()
            # One for one, or none: `islice` ends quietly where `next` would raise.
            ahead.extend(pool.submit(function, task) for task in islice(remaining, 1))
            yield result
    # Reached too when the caller stops in the middle: closing a generator raises inside it.
    finally:
        for future in ahead:
            future.cancel()


def nearest_of(space: Space, k: int, rows: Rows, others: Rows) -> Neighbors:
    """Return the k nearest of `others` for each row."""
    vectors = space.padded(rows)
    # The row itself may be among the others.
    neighbors, _ = _by_products(space, min(k + _SPARE, len(others) - 1), rows, vectors, others)
    return settled(space, vectors, neighbors, k)


def nearest_to(space: Space, k: int, vectors: NDArray[np.float32]) -> Neighbors:
    """Return the k nearest rows of a space for each of other vectors (n, D)."""
    padded = np.pad(vectors, ((0, 0), (0, padded_width(space.dim) - space.dim)))
    others = np.arange(len(space.embeddings))
    # None of them is a row of the space.
    rows = np.full(len(vectors), -1)
    neighbors, _ = _by_products(space, min(k + _SPARE, len(others)), rows, padded, others)
    return settled(space, padded, neighbors, k)


def _by_products(space: Space, width: int, rows: Rows, vectors: NDArray[np.float32], others: Rows) -> Neighbors:
    """Return the `width` nearest of `others` for each row, in no order, as far as rounded products can tell.

    Their distances are squared and lack the row's own squared norm; a place that stays empty is -1, infinitely far.
    """
    kernels.load()
    from al_core.geometry.neighbor_kernels import keep_nearest

    neighbors = np.full((len(rows), width), -1, np.int32)
    distances = np.full((len(rows), width), np.inf, np.float32)
    for start in range(0, len(others), _BLOCK_OTHERS):
        block = others[start : start + _BLOCK_OTHERS]
        block_vectors = space.padded(block)
        keep_nearest(neighbors, distances, rows, vectors @ block_vectors.T, block, squared_norms(block_vectors))
    return neighbors, distances


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
