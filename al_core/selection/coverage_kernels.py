"""Compiled loops of lazy greedy picks: what a point is worth, and the point that is worth the most."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.selection.heap import sift_down


class CoverageArrays(NamedTuple):
    """Who covers whom, and what that is worth. The value of a point is its weight times the coverage it would add.

    Attributes:
        indices: (n, k) neighbors of every point; -1 is none. Without neighbors a point covers itself alone.
        similarity: (n, k) how well a point covers each neighbor, 0 to 1; it covers itself by 1.
        covered: (n,) how well each point is covered so far.
        worth: (n,) what covering each point is worth.
        weights: (n,) what picking it is worth.
    """

    indices: NDArray[np.int32]
    similarity: NDArray[np.float32]
    covered: NDArray[np.float32]
    worth: NDArray[np.float32]
    weights: NDArray[np.float32]


class Heaps(NamedTuple):
    """The points of each bucket, the highest value first; all points of a bucket have the same factor.

    Attributes:
        points: The points of one bucket after those of the other; changed.
        starts: (B,) where each bucket starts.
        sizes: (B,) how many points it has left; changed.
        factors: (B,) what the values of its points are multiplied with; they only fall.
    """

    points: NDArray[np.int64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    factors: NDArray[np.float32]


@njit(cache=True, nogil=True)
def pop_best(coverage: CoverageArrays, is_open: NDArray[np.bool_], values: NDArray[np.float32], heaps: Heaps) -> int:
    """Remove the open point of the highest value times factor from its heap and return it; -1 if none is open.

    A value only falls as more is covered, so an old one is an upper bound: only tops of heaps are evaluated. Points
    that are not open stay closed for as long as the heaps live, and are dropped.

    Args:
        coverage: Who covers whom, and how well each point is covered so far.
        is_open: (n,) whether each point may be picked.
        values: (n,) what each point was worth when it was last evaluated, updated.
        heaps: The points.
    """
    while True:
        bucket = _highest(values, heaps)
        if bucket < 0:
            return -1
        start = heaps.starts[bucket]
        size = heaps.sizes[bucket]
        heap = heaps.points[start : start + size]
        top = heap[0]
        # A closed point is taken out at its old value, so that the branch below drops it.
        value = _value(top, coverage) if is_open[top] else values[top]
        # Its bound was exact, so no other point's bound, let alone its value, is higher.
        if value == values[top]:
            size -= 1
            heap[0] = heap[size]
            heaps.sizes[bucket] = size
            if size:
                sift_down(heap, size, 0, values)
            if is_open[top]:
                return int(top)
        else:
            values[top] = value
            sift_down(heap, size, 0, values)


@njit(cache=True, nogil=True)
def _highest(values: NDArray[np.float32], heaps: Heaps) -> int:
    """Return the bucket whose first point promises the most, the lowest point among equals; -1 if all are empty."""
    best = -1
    best_point = -1
    # A bound may be 0, so the search for the highest starts below.
    highest = np.float32(-1)
    # All buckets, one after the other: factors of a balance change with every pick, so no order of them would last.
    for bucket in range(len(heaps.sizes)):
        if heaps.sizes[bucket]:
            point = heaps.points[heaps.starts[bucket]]
            bound = values[point] * heaps.factors[bucket]
            if bound > highest or (bound == highest and point < best_point):
                best = bucket
                best_point = point
                highest = bound
    return best


@njit(cache=True, nogil=True)
def values_of_all(coverage: CoverageArrays) -> NDArray[np.float32]:
    """Return (n,) the value of each point: its weight times the weighted coverage it would add."""
    values = np.empty(len(coverage.weights), np.float32)
    for i in range(len(values)):
        values[i] = _value(i, coverage)
    return values


@njit(cache=True, nogil=True)
def _value(i: int, coverage: CoverageArrays) -> np.float32:
    worth = coverage.worth
    covered = coverage.covered
    # A point covers itself fully, and the graph leaves it out of its own neighbors.
    gain = worth[i] * (np.float32(1) - covered[i])
    for j in range(coverage.indices.shape[1]):
        other = coverage.indices[i, j]
        if other >= 0 and coverage.similarity[i, j] > covered[other]:
            gain += worth[other] * (coverage.similarity[i, j] - covered[other])
    return coverage.weights[i] * gain
