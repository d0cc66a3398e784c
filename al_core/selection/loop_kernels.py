"""The plain k-center loop compiled, for tasks too small for matrix products; `coreset.plain_farthest_first` in numpy.

Short vectors are kept by columns: components of `_POINTS` points stand side by side, so that many distances are summed
at once, each in the order of additions of `space.squared_distances`. Long ones are read by rows, where they are.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import squared_distance
from al_core.geometry.space import LANES

_POINTS = 256


def by_columns(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors (n, D) as blocks of columns (b, D, points); places beyond the last vector hold zeros."""
    n, dim = vectors.shape
    columns = np.zeros((-(-n // _POINTS), dim, _POINTS), np.float32)
    whole = n // _POINTS
    columns[:whole] = vectors[: whole * _POINTS].reshape(whole, _POINTS, dim).transpose(0, 2, 1)
    columns[whole:, :, : n % _POINTS] = vectors[whole * _POINTS :].T
    return columns


@njit(cache=True, nogil=True)
def lower_by_columns(
    columns: NDArray[np.float32],
    centre: NDArray[np.float32],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    """Lower `nearest` (n,) to the squared distance of each point, given by columns, to a padded centre (1, D).

    Returns:
        The point of the highest value, its weight times its squared distance; -1 if all are nearer than `least`.
    """
    sums, values = np.empty((LANES, _POINTS), np.float32), np.empty(_POINTS, np.float32)
    best, highest = -1, np.float32(-1)
    for block in range(len(columns)):
        start, n = block * _POINTS, min(_POINTS, len(nearest) - block * _POINTS)
        _square_distances(sums, columns[block], centre[0])
        for i in range(n):
            distance = sums[0, i]
            nearest[start + i] = distance if distance < nearest[start + i] else nearest[start + i]
        values[n:] = np.float32(-1)
        for i in range(n):
            value = weights[start + i] * nearest[start + i]
            values[i] = value if nearest[start + i] >= least else np.float32(-1)
        block_highest = _highest(values, sums[0])
        if block_highest > highest:
            highest, best = block_highest, start
            while values[best - start] != highest:
                best += 1
    return best


@njit(cache=True, nogil=True)
def _square_distances(sums: NDArray[np.float32], columns: NDArray[np.float32], centre: NDArray[np.float32]) -> None:
    """Leave the squared distances of `_POINTS` points in the first row of `sums`."""
    dim = len(columns)
    for lane in range(min(dim, LANES)):
        total = sums[lane]
        total[:] = np.float32(0)
        for d in range(lane, dim, LANES):
            column, component = columns[d], centre[d]
            for i in range(_POINTS):
                difference = column[i] - component
                total[i] += difference * difference
    half, n_lanes = LANES // 2, min(dim, LANES)
    while half:
        # Lanes beyond a short vector would only add zeros.
        for lane in range(half, n_lanes):
            for i in range(_POINTS):
                sums[lane - half, i] += sums[lane, i]
        n_lanes = min(n_lanes, half)
        half //= 2


@njit(cache=True, nogil=True)
def _highest(values: NDArray[np.float32], work: NDArray[np.float32]) -> np.float32:
    """Return the maximum of `_POINTS` values, by halves, which takes many at once."""
    half = _POINTS // 2
    for i in range(half):
        work[i] = values[i] if values[i] > values[i + half] else values[i + half]
    while half > 1:
        half //= 2
        for i in range(half):
            work[i] = work[i] if work[i] > work[i + half] else work[i + half]
    return work[0]


@njit(cache=True, nogil=True)
def lower_by_rows(
    array: NDArray[np.float32],
    rows: NDArray[np.int64],
    factors: NDArray[np.float32],
    centre: NDArray[np.float32],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    """Do as `lower_by_columns` for points that are rows of an array times a factor."""
    best, highest = -1, np.float32(-1)
    for i in range(len(nearest)):
        if nearest[i] > 0:
            nearest[i] = min(nearest[i], squared_distance(array, rows[i], factors[i], centre, 0))
        value = weights[i] * nearest[i] if nearest[i] >= least else np.float32(-1)
        if value > highest:
            best, highest = i, value
    return best


@njit(cache=True, nogil=True)
def pick_by_columns(
    columns: NDArray[np.float32],
    best: int,
    picked: NDArray[np.int64],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> tuple[int, int]:
    """Pick the point of the highest value and compare all with it, until `picked` is full or none is far enough.

    Args:
        columns: The points.
        best: The point of the highest value.
        picked: Filled with points.
        nearest: (n,) squared distances to the nearest centre, updated; -1 for a picked point.
        weights: (n,) a factor on the squared distance.
        least: The value counts as -1 once the squared distance is below this.

    Returns:
        How many were picked, and the point that comes next or -1.
    """
    centre, n_picked = np.empty((1, columns.shape[1]), np.float32), 0
    while n_picked < len(picked) and best >= 0:
        picked[n_picked] = best
        nearest[best] = -1
        centre[0] = columns[best // _POINTS, :, best % _POINTS]
        best = lower_by_columns(columns, centre, nearest, weights, least)
        n_picked += 1
    return n_picked, best


@njit(cache=True, nogil=True)
def pick_by_rows(
    array: NDArray[np.float32],
    rows: NDArray[np.int64],
    factors: NDArray[np.float32],
    best: int,
    picked: NDArray[np.int64],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> tuple[int, int]:
    """Do as `pick_by_columns` for points that are rows of an array times a factor."""
    dim, n_picked = array.shape[1], 0
    centre = np.zeros((1, -(-dim // LANES) * LANES), np.float32)
    while n_picked < len(picked) and best >= 0:
        picked[n_picked] = best
        nearest[best] = -1
        for d in range(dim):
            centre[0, d] = factors[best] * array[rows[best], d]
        best = lower_by_rows(array, rows, factors, centre, nearest, weights, least)
        n_picked += 1
    return n_picked, best
