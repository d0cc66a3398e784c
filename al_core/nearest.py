"""Exact nearest neighbours between two sets of vectors, by matrix products."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.types import Progress

BLOCK_ENTRIES = 1 << 24
CHUNK = 64


def nearest(
    queries: NDArray[np.float32], corpus: NDArray[np.float32], k: int, *, progress: Progress | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the k corpus rows closest to each query, nearest first, and their Euclidean distances; both (M, k).

    Equal distances may come in any order, but always in the same one.
    """
    # ‖q - c‖² = ‖q‖² - 2 (q·c - ‖c‖²/2): an extra column turns the order by distance into one matrix product.
    half_squares = np.einsum("ij,ij->i", corpus, corpus) / 2
    targets = np.ascontiguousarray(np.column_stack([corpus, -half_squares]).T)
    sources = np.column_stack([queries, np.ones(len(queries), np.float32)])
    indices = np.empty((len(queries), k), np.int32)
    distances = np.empty((len(queries), k), np.float32)
    workers = os.cpu_count() or 1

    def search(part: slice, block: NDArray[np.float32]) -> None:
        _largest(block, indices[part])
        _measure(queries[part], corpus, indices[part], distances[part])

    with ThreadPoolExecutor(workers) as pool:
        for rows in _slices(len(queries), max(1, BLOCK_ENTRIES // len(corpus))):
            closeness = sources[rows] @ targets
            parts = list(_slices(len(closeness), -(-len(closeness) // workers)))
            shifted = [slice(part.start + rows.start, part.stop + rows.start) for part in parts]
            list(pool.map(search, shifted, [closeness[part] for part in parts]))
            if progress:
                progress(rows.stop, len(queries))
    return indices, distances


def _slices(total: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, total)) for start in range(0, total, size))


@njit(cache=True, nogil=True, fastmath=True)
def _largest(block: NDArray[np.float32], indices: NDArray[np.int32]) -> None:
    """Write the columns of the k largest entries of each row."""
    n_columns, k = block.shape[1], indices.shape[1]
    best = np.empty(k, np.float32)
    for i in range(block.shape[0]):
        row = block[i]
        best[:] = np.float32(-3e38)
        for start in range(0, n_columns, CHUNK):
            stop = min(start + CHUNK, n_columns)
            # A maximum is computed many entries at a time; almost no chunk holds one of the k largest.
            largest = row[start]
            for j in range(start, stop):
                largest = max(largest, row[j])
            if largest <= best[k - 1]:
                continue
            for j in range(start, stop):
                if row[j] > best[k - 1]:
                    slot = k - 1
                    while slot > 0 and best[slot - 1] < row[j]:
                        best[slot] = best[slot - 1]
                        indices[i, slot] = indices[i, slot - 1]
                        slot -= 1
                    best[slot] = row[j]
                    indices[i, slot] = j


@njit(cache=True, nogil=True)
def _measure(
    queries: NDArray[np.float32],
    corpus: NDArray[np.float32],
    indices: NDArray[np.int32],
    distances: NDArray[np.float32],
) -> None:
    # From differences: the matrix product cannot tell near-duplicates apart.
    for i in range(indices.shape[0]):
        for slot in range(indices.shape[1]):
            total = np.float32(0)
            for d in range(queries.shape[1]):
                difference = queries[i, d] - corpus[indices[i, slot], d]
                total += difference * difference
            distances[i, slot] = np.sqrt(total)
