"""A heap of points, the highest value at its root and the lowest point among equals."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def heapify(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return a heap of all points."""
    heap = np.arange(len(values))
    # From the last point that has another below it up to the root.
    for start in range(len(heap) // 2 - 1, -1, -1):
        sift_down(heap, len(heap), start, values)
    return heap


@njit(cache=True, nogil=True)
def sift_down(heap: NDArray[np.int64], size: int, start: int, values: NDArray[np.float32]) -> None:
    """Restore the order below place `start` of a heap whose other places are in order."""
    parent = start
    point = heap[start]
    while 2 * parent + 1 < size:
        child = 2 * parent + 1
        if child + 1 < size and _comes_first(heap[child + 1], heap[child], values):
            child += 1
        if not _comes_first(heap[child], point, values):
            break
        heap[parent] = heap[child]
        parent = child
    heap[parent] = point


@njit(cache=True, nogil=True)
def _comes_first(i: int, j: int, values: NDArray[np.float32]) -> bool:
    return values[i] > values[j] or (values[i] == values[j] and i < j)
