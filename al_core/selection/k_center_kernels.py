"""Compiled loops of `KCenter`; `coreset.plain_farthest_first` is their numpy reference.

Points are read where they are, see `space.Source`; centres are zero-padded to a multiple of `LANES` components.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import least_of_four, prefetch, squared_distance
from al_core.selection.heap import heap_of, sift_down

# How many bounds are compared at once.
_LANES = 64


@njit(cache=True, nogil=True)
def lower_to_nearest(
    nearest: NDArray[np.float32],
    products: NDArray[np.float32],
    norms: NDArray[np.float32],
    tolerance: np.float32,
    array: NDArray[np.float32],
    rows: NDArray[np.int64],
    factors: NDArray[np.float32],
    centres: NDArray[np.float32],
    centre_norms: NDArray[np.float32],
) -> int:
    """Lower `nearest` (b,) to the exact squared distance of the nearest centre.

    Args:
        nearest: Squared distances to the nearest centre so far.
        products: (b, m) the scalar products of points and centres, or more, as far as `tolerance` allows.
        norms: (b,) squared norms of the points.
        tolerance: Bound on the relative error of products and norms: whatever they cannot rule out is measured exactly.
        array: (N, D), of which a row times a factor is a point.
        rows: (b,).
        factors: (b,).
        centres: (m, D).
        centre_norms: (m,) squared norms of the centres.

    Returns:
        How many distances were measured exactly.
    """
    bounds, near = np.empty(_LANES, np.float32), np.empty(4, np.int64)
    largest, n_measured = centre_norms.max(), 0
    for i in range(len(nearest)):
        if i + 1 < len(nearest):
            prefetch(array, rows[i + 1])
        offset = norms[i] - tolerance * (norms[i] + largest) - np.float32(1e-37)
        _lowest_bounds(bounds, products[i], centre_norms)
        first, n_near = bounds.argmin(), 0
        if bounds[first] + offset >= nearest[i]:
            continue
        # The most promising centres first: what they tell rules out most of the others.
        for turn in range(_LANES):
            lane = (first + turn) % _LANES
            if bounds[lane] + offset >= nearest[i]:
                continue
            for j in range(lane, len(centres), _LANES):
                if centre_norms[j] - np.float32(2) * products[i, j] + offset < nearest[i]:
                    near[n_near % 4] = j
                    n_near += 1
                    if n_near % 4 == 0:
                        nearest[i] = min(nearest[i], least_of_four(array, rows[i], factors[i], centres, near))
        if n_near % 4:
            # The places that are left hold centres of before, or the first again.
            near[n_near:] = near[0]
            nearest[i] = min(nearest[i], least_of_four(array, rows[i], factors[i], centres, near))
        n_measured += n_near
    return n_measured


@njit(cache=True, nogil=True)
def _lowest_bounds(
    bounds: NDArray[np.float32], products: NDArray[np.float32], centre_norms: NDArray[np.float32]
) -> None:
    """Set `bounds` to the least |c|² - 2a·c among the centres of each lane j mod `_LANES`, all lanes at once."""
    bounds[:] = np.finfo(np.float32).max
    whole = len(products) // _LANES * _LANES
    # A fixed number of turns lets the compiler take the lanes at once.
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            bound = centre_norms[start + lane] - np.float32(2) * products[start + lane]
            bounds[lane] = bound if bound < bounds[lane] else bounds[lane]
    for j in range(whole, len(products)):
        bounds[j - whole] = min(bounds[j - whole], centre_norms[j] - np.float32(2) * products[j])


@njit(cache=True, nogil=True)
def pick_from_pool(
    array: NDArray[np.float32],
    rows: NDArray[np.int64],
    factors: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
    nearest: NDArray[np.float32],
    seen: NDArray[np.int64],
    n_eligible: int,
    floor: np.float32,
    centres: NDArray[np.float32],
    n_centres: int,
    picked: NDArray[np.int64],
) -> int:
    """Pick the point of the highest value, its weight times its squared distance, again and again.

    A point is measured against new centres only when its old value, an upper bound, is the highest of all.

    Args:
        array: (N, D), of which a row times a factor is a point.
        rows: (p,) the pool.
        factors: (p,).
        weights: (p,) a factor on the squared distance.
        least: The value counts as -1 once the squared distance is below this.
        nearest: (p,) squared distances to the nearest centre, updated.
        seen: (p,) how many centres each point was compared with, updated.
        n_eligible: Among equals at `floor` only the first so many points of the pool come before the rest of the data.
        floor: The highest value outside the pool: below it the best may lie outside.
        centres: (capacity, D), the picked vectors are appended.
        n_centres: How many centres there are.
        picked: Filled with indices into the pool; its length is the limit.

    Returns:
        How many were picked.
    """
    values = np.where(nearest >= least, weights * nearest, np.float32(-1))
    heap, n_picked = heap_of(values), 0
    while n_picked < len(picked):
        top = heap[0]
        if values[top] < floor or (values[top] == floor and top >= n_eligible):
            break
        if seen[top] == n_centres or nearest[top] == 0:
            for d in range(array.shape[1]):
                centres[n_centres, d] = factors[top] * array[rows[top], d]
            picked[n_picked] = top
            nearest[top] = values[top] = -1
            n_centres += 1
            n_picked += 1
        else:
            for j in range(seen[top], n_centres):
                distance = squared_distance(array, rows[top], factors[top], centres, j)
                nearest[top] = min(nearest[top], distance)
            values[top] = weights[top] * nearest[top] if nearest[top] >= least else np.float32(-1)
            seen[top] = n_centres
        sift_down(heap, len(heap), 0, values)
    return n_picked
