"""Compiled loops of the neighbor graph. Vectors are float32 and zero-padded to a multiple of `LANES` components."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import squared_distance


@njit(cache=True, nogil=True)
def keep_nearest(
    neighbors: NDArray[np.int32],
    distances: NDArray[np.float32],
    own: NDArray[np.int64],
    products: NDArray[np.float32],
    others: NDArray[np.int64],
    other_norms: NDArray[np.float32],
) -> None:
    """Put the nearest of `others` into each row's list of the nearest so far.

    |a - b|² = |a|² + |b|² - 2ab; within a list |a|² is the same for all and left out.

    Args:
        neighbors: (b, k) heaps of rows, the farthest at the root, updated.
        distances: (b, k) their squared distances less the row's own squared norm, updated.
        own: (b,) the rows, never their own neighbors.
        products: (b, m) scalar products of rows and others.
        others: (m,) rows.
        other_norms: (m,) their squared norms.
    """
    for i in range(len(own)):
        for j in range(len(others)):
            distance = other_norms[j] - np.float32(2) * products[i, j]
            # Almost all end here: the loop over the heap is the rare case.
            if distance < distances[i, 0] and others[j] != own[i]:
                _replace_farthest(neighbors[i], distances[i], others[j], distance)


@njit(cache=True, nogil=True)
def _replace_farthest(
    neighbors: NDArray[np.int32], distances: NDArray[np.float32], row: np.int64, distance: np.float32
) -> None:
    """Drop the root of a heap whose largest distance is at the root, and sift a new entry down from there.

    Not `heap.sift_down`: that one orders points by values looked up elsewhere and breaks ties, this one carries two
    arrays along, k entries per row, in the innermost loop of the graph.
    """
    k = len(distances)
    parent = 0
    while 2 * parent + 1 < k:
        child = 2 * parent + 1
        if child + 1 < k and distances[child + 1] > distances[child]:
            child += 1
        if distances[child] <= distance:
            break
        distances[parent] = distances[child]
        neighbors[parent] = neighbors[child]
        parent = child
    distances[parent] = distance
    neighbors[parent] = row


@njit(cache=True, nogil=True)
def sort_exactly(
    neighbors: NDArray[np.int32],
    distances: NDArray[np.float32],
    vectors: NDArray[np.float32],
    neighbor_vectors: NDArray[np.float32],
) -> None:
    """Set squared distances (b, k) to their exact values and sort each row by them, the lowest row among equals.

    Insertion sort: lists are short, and most entries are near their place already.

    Args:
        neighbors: (b, k) rows, sorted in place.
        distances: (b, k), overwritten.
        vectors: (b, D).
        neighbor_vectors: (b * k, D) the vectors of `neighbors`.
    """
    k = neighbors.shape[1]
    for i in range(len(neighbors)):
        for j in range(k):
            row = neighbors[i, j]
            distance: np.float32 = squared_distance(vectors, i, np.float32(1), neighbor_vectors, i * k + j)
            place = j
            while place > 0 and (
                distances[i, place - 1] > distance
                or (distances[i, place - 1] == distance and neighbors[i, place - 1] > row)
            ):
                distances[i, place] = distances[i, place - 1]
                neighbors[i, place] = neighbors[i, place - 1]
                place -= 1
            distances[i, place] = distance
            neighbors[i, place] = row
