"""Compiled loops of `KCenter`; `plain_farthest_first` is their numpy reference.

Points are read where they are, see `space.Source`; centers are zero-padded to a multiple of `LANES` components.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import least_of_four, prefetch, squared_distance
from al_core.geometry.space import Source
from al_core.selection.heap import heapify, sift_down

# How many bounds are compared at once: four vector registers of 16, so that the comparisons do not wait for each other.
_LANES = 64
# Exact distances come in fours (`least_of_four`).
_FOUR = 4


@njit(cache=True, nogil=True)
def lower_to_nearest(
    nearest: NDArray[np.float32],
    products: NDArray[np.float32],
    norms: NDArray[np.float32],
    tolerance: np.float32,
    source: Source,
    centers: NDArray[np.float32],
    center_norms: NDArray[np.float32],
) -> int:
    """Lower `nearest` (b,) to the exact squared distance of the nearest center.

    |a - c|² = |a|² + |c|² - 2a·c, less the tolerance, bounds each distance from below. Only centers whose bound is
    below the nearest distance so far are measured.

    Args:
        nearest: Squared distances to the nearest center so far.
        products: (b, m) the scalar products of points and centers, or more, as far as `tolerance` allows.
        norms: (b,) squared norms of the points.
        tolerance: Bound on the relative error of products and norms: whatever they cannot rule out is measured exactly.
        source: The b points.
        centers: (m, D).
        center_norms: (m,) squared norms of the centers.

    Returns:
        How many distances were measured exactly.
    """
    array, rows, factors = source
    bounds = np.empty(_LANES, np.float32)
    near = np.empty(_FOUR, np.int64)
    largest_norm = center_norms.max()
    n_measured = 0
    for i in range(len(nearest)):
        if i + 1 < len(nearest):
            prefetch(array, rows[i + 1])
        # What a bound lacks besides |c|² - 2a·c. The last term: no relative error holds where products underflow.
        offset = norms[i] - tolerance * (norms[i] + largest_norm) - np.float32(1e-37)
        _lowest_bounds(bounds, products[i], center_norms)
        first = bounds.argmin()
        if bounds[first] + offset >= nearest[i]:
            continue
        n_near = 0
        # The most promising centers first: what they tell rules out most of the others.
        for turn in range(_LANES):
            lane = (first + turn) % _LANES
            if bounds[lane] + offset >= nearest[i]:
                continue
            for j in range(lane, len(centers), _LANES):
                if center_norms[j] - np.float32(2) * products[i, j] + offset < nearest[i]:
                    near[n_near % _FOUR] = j
                    n_near += 1
                    if n_near % _FOUR == 0:
                        nearest[i] = min(nearest[i], least_of_four(array, rows[i], factors[i], centers, near))
        n_left = n_near % _FOUR
        if n_left:
            # Fill up with a center that is measured anyway.
            near[n_left:] = near[0]
            nearest[i] = min(nearest[i], least_of_four(array, rows[i], factors[i], centers, near))
        n_measured += n_near
    return n_measured


@njit(cache=True, nogil=True)
def _lowest_bounds(
    bounds: NDArray[np.float32], products: NDArray[np.float32], center_norms: NDArray[np.float32]
) -> None:
    """Set `bounds` to the least |c|² - 2a·c among the centers of each lane j mod `_LANES`, all lanes at once."""
    bounds[:] = np.finfo(np.float32).max
    whole = len(products) // _LANES * _LANES
    # A fixed number of turns lets the compiler take the lanes at once.
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            bound = center_norms[start + lane] - np.float32(2) * products[start + lane]
            bounds[lane] = bound if bound < bounds[lane] else bounds[lane]
    for j in range(whole, len(products)):
        bounds[j - whole] = min(bounds[j - whole], center_norms[j] - np.float32(2) * products[j])


@njit(cache=True, nogil=True)
def pick_from_pool(
    source: Source,
    weights: NDArray[np.float32],
    least: np.float32,
    nearest: NDArray[np.float32],
    seen: NDArray[np.int64],
    n_eligible: int,
    floor: np.float32,
    centers: NDArray[np.float32],
    picked: NDArray[np.int64],
) -> int:
    """Pick the point of the highest value, its weight times its squared distance, again and again.

    A point is measured against new centers only when its old value, an upper bound, is the highest of all.

    Args:
        source: The p points of the pool.
        weights: (p,) a factor on the squared distance.
        least: The value counts as -1 once the squared distance is below this.
        nearest: (p,) squared distances to the nearest center, updated.
        seen: (p,) how many of `centers` each point was compared with, updated.
        n_eligible: Among equals at `floor` only the first so many points of the pool come before the rest of the data.
        floor: The highest value outside the pool: below it the best may lie outside.
        centers: (capacity, D), filled with the picked vectors.
        picked: Filled with indices into the pool; its length is the limit.

    Returns:
        How many were picked.
    """
    values = np.where(nearest >= least, weights * nearest, np.float32(-1))
    heap = heapify(values)
    n_picked = 0
    while n_picked < len(picked):
        top = heap[0]
        if values[top] < floor or (values[top] == floor and top >= n_eligible):
            break
        # At distance 0 no center can lower it: it counts as measured.
        if seen[top] == n_picked or nearest[top] == 0:
            _copy_vector(centers[n_picked], source, top)
            picked[n_picked] = top
            # Below every least distance, and below the floor: a picked point sinks to the bottom of the heap.
            nearest[top] = -1
            values[top] = -1
            n_picked += 1
        else:
            # From the first center it has not seen, so no pair is measured twice.
            new = centers[seen[top] : n_picked]
            nearest[top] = min(nearest[top], _nearest_center(source, top, new))
            values[top] = weights[top] * nearest[top] if nearest[top] >= least else np.float32(-1)
            seen[top] = n_picked
        sift_down(heap, len(heap), 0, values)
    return n_picked


@njit(cache=True, nogil=True)
def _copy_vector(center: NDArray[np.float32], source: Source, point: int) -> None:
    """Write the vector of a point into a center, which may be wider: its padding is zero already."""
    array, rows, factors = source
    for d in range(array.shape[1]):
        center[d] = factors[point] * array[rows[point], d]


@njit(cache=True, nogil=True)
def _nearest_center(source: Source, point: int, centers: NDArray[np.float32]) -> np.float32:
    """Return the squared distance of a point to the nearest of the centers, of which there is one at least."""
    array, rows, factors = source
    nearest: np.float32 = squared_distance(array, rows[point], factors[point], centers, 0)
    for j in range(1, len(centers)):
        nearest = min(nearest, squared_distance(array, rows[point], factors[point], centers, j))
    return nearest
