"""Compiled loops of herding: the weighted coverage that a point adds, and the point that adds the most."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.selection.heap import sift_down


@njit(cache=True, nogil=True)
def pop_best(
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    covered: NDArray[np.float32],
    gains: NDArray[np.float32],
    heap: NDArray[np.int64],
    size: int,
) -> int:
    """Remove from a heap the point of the highest weight times weighted coverage added, and return it.

    A gain only falls as more is covered, so an old one is an upper bound: only the top of the heap is evaluated.

    Args:
        indices: (n, k) neighbors of every point; -1 is none.
        similarity: (n, k) how well a point covers each neighbor, 0 to 1; it covers itself by 1.
        weights: (n,) what covering each point is worth, and picking it.
        covered: (n,) how well each point is covered so far.
        gains: (n,) what each point was worth when it was last evaluated, updated.
        heap: Points, the highest gain first.
        size: How many points are in the heap.
    """
    while True:
        top = heap[0]
        gain = _gain(top, indices, similarity, weights, covered)
        # Its bound was exact, so no other point's bound, let alone its gain, is higher.
        if gain == gains[top]:
            heap[0] = heap[size - 1]
            sift_down(heap, size - 1, 0, gains)
            return int(top)
        gains[top] = gain
        sift_down(heap, size, 0, gains)


@njit(cache=True, nogil=True)
def coverage_gains(
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    covered: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return (n,) the weight of each point times the weighted coverage it would add; arguments as in `pop_best`."""
    gains = np.empty(len(indices), np.float32)
    for i in range(len(indices)):
        gains[i] = _gain(i, indices, similarity, weights, covered)
    return gains


@njit(cache=True, nogil=True)
def _gain(
    i: int,
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    covered: NDArray[np.float32],
) -> np.float32:
    gain = weights[i] * (np.float32(1) - covered[i])
    for j in range(indices.shape[1]):
        other = indices[i, j]
        if other >= 0 and similarity[i, j] > covered[other]:
            gain += weights[other] * (similarity[i, j] - covered[other])
    return weights[i] * gain
