"""The plain k-center loop compiled, for tasks too small for matrix products; `plain_farthest_first` in numpy.

Vectors are read in one of two ways, whichever is sooner (`coreset`): short ones by columns, components of
256 points side by side, so that many distances are summed at once; long ones by rows, where they are. Both sum each
distance in the order of additions of `space.squared_distances`.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import squared_distance
from al_core.geometry.lanes import LANES
from al_core.geometry.space import Source

# Points side by side: the sums of one block, 16 KB, stay in the first-level cache.
_POINTS = 256


class Points(NamedTuple):
    """Vectors by columns, or, if there are no columns, by rows.

    Attributes:
        columns: (b, D, 256) blocks of vectors, one per column; places beyond the last vector hold zeros.
        array: (N, D), of which a row times a factor is a point.
        rows: (n,).
        factors: (n,).
    """

    columns: NDArray[np.float32]
    array: NDArray[np.float32]
    rows: NDArray[np.int64]
    factors: NDArray[np.float32]


def by_columns(vectors: NDArray[np.float32]) -> Points:
    """Return vectors (n, D) to be read by columns."""
    n, dim = vectors.shape
    columns = np.zeros((-(-n // _POINTS), dim, _POINTS), np.float32)
    whole = n // _POINTS
    # Rows become columns within each block of points.
    columns[:whole] = vectors[: whole * _POINTS].reshape(whole, _POINTS, dim).transpose(0, 2, 1)
    columns[whole:, :, : n % _POINTS] = vectors[whole * _POINTS :].T
    return Points(columns, *Source.from_vectors(vectors[:0]))


def by_rows(source: Source) -> Points:
    """Return vectors to be read where they are."""
    return Points(np.zeros((0, source.array.shape[1], _POINTS), np.float32), *source)


@njit(cache=True, nogil=True)
def pick(
    points: Points,
    best: int,
    picked: NDArray[np.int64],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> tuple[int, int]:
    """Pick the point of the highest value and compare all with it, until `picked` is full or none is far enough.

    Args:
        points: The points.
        best: The point of the highest value.
        picked: Filled with points.
        nearest: (n,) squared distances to the nearest center, updated; -1 for a picked point.
        weights: (n,) a factor on the squared distance.
        least: The value counts as -1 once the squared distance is below this.

    Returns:
        How many were picked, and the point that comes next or -1.
    """
    dim = points.array.shape[1]
    center = np.zeros((1, -(-dim // LANES) * LANES), np.float32)
    n_picked = 0
    while n_picked < len(picked) and best >= 0:
        picked[n_picked] = best
        nearest[best] = -1
        _copy_vector(center[0], points, best)
        best = lower(points, center, nearest, weights, least)
        n_picked += 1
    return n_picked, best


@njit(cache=True, nogil=True)
def lower(
    points: Points,
    center: NDArray[np.float32],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    """Lower `nearest` (n,) to the squared distance of each point to a zero-padded center (1, D).

    Returns:
        The point of the highest value, its weight times its squared distance; -1 if all are nearer than `least`.
    """
    if len(points.columns):
        return _lower_by_columns(points.columns, center[0], nearest, weights, least)
    return _lower_by_rows(points, center, nearest, weights, least)


@njit(cache=True, nogil=True)
def _copy_vector(vector: NDArray[np.float32], points: Points, point: int) -> None:
    for d in range(points.array.shape[1]):
        if len(points.columns):
            vector[d] = points.columns[point // _POINTS, d, point % _POINTS]
        else:
            vector[d] = points.factors[point] * points.array[points.rows[point], d]


@njit(cache=True, nogil=True)
def _lower_by_rows(
    points: Points,
    center: NDArray[np.float32],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    best = -1
    highest = np.float32(-1)
    for i in range(len(nearest)):
        # A point on a center stays at 0, and a picked one at -1.
        if nearest[i] > 0:
            distance = squared_distance(points.array, points.rows[i], points.factors[i], center, 0)
            nearest[i] = min(nearest[i], distance)
        value = weights[i] * nearest[i] if nearest[i] >= least else np.float32(-1)
        if value > highest:
            best = i
            highest = value
    return best


@njit(cache=True, nogil=True)
def _lower_by_columns(
    columns: NDArray[np.float32],
    center: NDArray[np.float32],
    nearest: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    """Loops over the points of a block stand innermost and without branches, so that each becomes vector code."""
    sums = np.empty((LANES, _POINTS), np.float32)
    values = np.empty(_POINTS, np.float32)
    best = -1
    highest = np.float32(-1)
    for block in range(len(columns)):
        start = block * _POINTS
        n = min(_POINTS, len(nearest) - start)
        _sum_squares(sums, columns[block], center)
        distances = sums[0]
        for i in range(n):
            distance = distances[i]
            nearest[start + i] = distance if distance < nearest[start + i] else nearest[start + i]
        # Places of the last block that hold no point must not win.
        values[n:] = np.float32(-1)
        for i in range(n):
            value = weights[start + i] * nearest[start + i]
            values[i] = value if nearest[start + i] >= least else np.float32(-1)
        # The sums have been read, so their first lane is free for the halving.
        block_highest = _maximum(values, scratch=distances)
        if block_highest > highest:
            highest = block_highest
            best = start
            # The lowest point among equals, which the maximum by halves does not tell.
            # Ends: `highest` is one of the values, bit for bit.
            while values[best - start] != highest:
                best += 1
    return best


@njit(cache=True, nogil=True)
def _sum_squares(sums: NDArray[np.float32], columns: NDArray[np.float32], center: NDArray[np.float32]) -> None:
    """Leave in `sums[0]` (P,) the squared distances between the columns (D, P) and a center; the rest is scratch."""
    dim = len(columns)
    # Lane by lane in rising d: the order in which numpy's reference adds.
    for lane in range(min(dim, LANES)):
        total = sums[lane]
        total[:] = np.float32(0)
        for d in range(lane, dim, LANES):
            column = columns[d]
            component = center[d]
            for i in range(_POINTS):
                difference = column[i] - component
                total[i] += difference * difference
    half = LANES // 2
    n_lanes = min(dim, LANES)
    while half:
        # Lanes beyond a short vector would only add zeros.
        for lane in range(half, n_lanes):
            for i in range(_POINTS):
                sums[lane - half, i] += sums[lane, i]
        n_lanes = min(n_lanes, half)
        half //= 2


@njit(cache=True, nogil=True)
def _maximum(values: NDArray[np.float32], scratch: NDArray[np.float32]) -> np.float32:
    """Return the maximum of `_POINTS` values by halves, many at once; `values.max()` compares one after the other."""
    half = _POINTS // 2
    for i in range(half):
        scratch[i] = values[i] if values[i] > values[i + half] else values[i + half]
    while half > 1:
        half //= 2
        for i in range(half):
            scratch[i] = scratch[i] if scratch[i] > scratch[i + half] else scratch[i + half]
    return scratch[0]
