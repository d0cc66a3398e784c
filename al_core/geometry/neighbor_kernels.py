"""Compiled loops of the neighbour graph. Vectors are float32 and zero-padded to a multiple of `LANES` components."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import squared_distance


@njit(cache=True, nogil=True)
def keep_nearest(
    found: NDArray[np.int32],
    distances: NDArray[np.float32],
    own: NDArray[np.int64],
    products: NDArray[np.float32],
    others: NDArray[np.int64],
    other_norms: NDArray[np.float32],
) -> None:
    """Put the nearest of `others` into each row's list of the nearest found so far.

    Args:
        found: (b, k) heaps of rows, the farthest at the root, updated.
        distances: (b, k) their squared distances less the row's own squared norm, updated.
        own: (b,) the rows, never their own neighbours.
        products: (b, m) scalar products of rows and others.
        others: (m,) rows.
        other_norms: (m,) their squared norms.
    """
    k = found.shape[1]
    for i in range(len(own)):
        for j in range(len(others)):
            distance = other_norms[j] - np.float32(2) * products[i, j]
            if distance >= distances[i, 0] or others[j] == own[i]:
                continue
            parent = 0
            while 2 * parent + 1 < k:
                child = 2 * parent + 1
                if child + 1 < k and distances[i, child + 1] > distances[i, child]:
                    child += 1
                if distances[i, child] <= distance:
                    break
                distances[i, parent], found[i, parent] = distances[i, child], found[i, child]
                parent = child
            distances[i, parent], found[i, parent] = distance, others[j]


@njit(cache=True, nogil=True)
def sort_exactly(
    found: NDArray[np.int32],
    distances: NDArray[np.float32],
    vectors: NDArray[np.float32],
    found_vectors: NDArray[np.float32],
) -> None:
    """Set squared distances (b, k) to their exact values and sort each row by them, the lowest row among equals.

    Args:
        found: (b, k) rows, sorted in place.
        distances: (b, k), overwritten.
        vectors: (b, D).
        found_vectors: (b * k, D) the vectors of `found`.
    """
    k = found.shape[1]
    for i in range(len(found)):
        for j in range(k):
            row = found[i, j]
            distance: np.float32 = squared_distance(vectors, i, np.float32(1), found_vectors, i * k + j)
            place = j
            while place > 0 and (
                distances[i, place - 1] > distance
                or (distances[i, place - 1] == distance and found[i, place - 1] > row)
            ):
                distances[i, place], found[i, place] = distances[i, place - 1], found[i, place - 1]
                place -= 1
            distances[i, place], found[i, place] = distance, row
