"""Compiled loops of CORESET; `space.squared_distances` and `coreset.plain_farthest_first` are their numpy counterparts.

Vectors are float32 and zero-padded to a multiple of `LANES` components.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from al_core.space import LANES


def _squared_distance(typing_context: Any, a: Any, i: Any, b: Any, j: Any) -> Any:
    """Return |a[i] - b[j]|² in the order of additions of `space.squared_distances`.

    Written as vector instructions because the compiler may not reorder a float sum on its own, and the order that it
    would choose differs between processors.
    """
    lanes_type = ir.VectorType(ir.FloatType(), LANES)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row_a, width = _row_pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        row_b, _ = _row_pointer(context, builder, signature.args[2], arguments[2], arguments[3])
        lanes = cgutils.alloca_once_value(builder, ir.Constant(lanes_type, [0.0] * LANES))
        start, step = ir.Constant(width.type, 0), ir.Constant(width.type, LANES)
        with cgutils.for_range_slice(builder, start, width, step) as (d, _):
            part_a, part_b = (
                builder.load(builder.bitcast(builder.gep(row, [d]), lanes_type.as_pointer()), align=4)
                for row in (row_a, row_b)
            )
            difference = builder.fsub(part_a, part_b)
            square = builder.fmul(difference, difference)
            builder.store(builder.fadd(builder.load(lanes), square), lanes)
        return _fold(builder, builder.load(lanes))

    return types.float32(a, types.intp, b, types.intp), generate


squared_distance: Any = intrinsic(_squared_distance)


def _row_pointer(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> tuple[Any, Any]:
    view = context.make_array(array_type)(context, builder, array)
    width = cgutils.unpack_tuple(builder, view.shape)[1]
    return builder.gep(view.data, [builder.mul(row, width)]), width


def _fold(builder: Any, lanes: Any) -> Any:
    width = LANES
    while width > 1:
        width //= 2
        low, high = (
            builder.shuffle_vector(
                lanes, ir.Constant(lanes.type, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), width), part)
            )
            for part in (list(range(width)), list(range(width, 2 * width)))
        )
        lanes = builder.fadd(low, high)
    return builder.extract_element(lanes, ir.Constant(ir.IntType(32), 0))


# Without NaN the compiler may compare several values at once; the minimum stays exact.
@njit(cache=True, nogil=True, fastmath={"nnan", "nsz"})
def _to_partial_distances(products: NDArray[np.float32], norms: NDArray[np.float32]) -> np.float32:
    lowest = np.float32(np.finfo(np.float32).max)
    for j in range(len(products)):
        products[j] = norms[j] - np.float32(2) * products[j]
        lowest = min(lowest, products[j])
    return lowest


@njit(cache=True, nogil=True)
def lower_to_nearest(
    nearest: NDArray[np.float32],
    products: NDArray[np.float32],
    vectors: NDArray[np.float32],
    norms: NDArray[np.float32],
    centres: NDArray[np.float32],
    centre_norms: NDArray[np.float32],
    tolerance: np.float32,
) -> None:
    """Lower `nearest` (b,) to the exact squared distance of the nearest centre.

    Args:
        nearest: Squared distances to the nearest centre so far.
        products: (b, m) `vectors @ centres.T`, whose rounding only has to be within `tolerance`; overwritten.
        vectors: (b, D).
        norms: (b,) squared norms of the vectors.
        centres: (m, D).
        centre_norms: (m,) squared norms of the centres.
        tolerance: Bound on the relative error of products and norms: whatever it cannot rule out is measured exactly.
    """
    largest = centre_norms.max()
    for i in range(len(nearest)):
        lowest = _to_partial_distances(products[i], centre_norms)
        slack = tolerance * (norms[i] + largest) + np.float32(1e-37)
        if lowest + norms[i] - slack >= nearest[i]:
            continue
        for j in range(len(centres)):
            if products[i, j] <= lowest + np.float32(2) * slack:
                nearest[i] = min(nearest[i], squared_distance(vectors, i, centres, j))


@njit(cache=True, nogil=True)
def _sift_down(heap: NDArray[np.int64], size: int, start: int, values: NDArray[np.float32]) -> None:
    parent, item = start, heap[start]
    while 2 * parent + 1 < size:
        child = 2 * parent + 1
        if child + 1 < size and _comes_first(heap[child + 1], heap[child], values):
            child += 1
        if not _comes_first(heap[child], item, values):
            break
        heap[parent] = heap[child]
        parent = child
    heap[parent] = item


@njit(cache=True, nogil=True)
def _comes_first(i: int, j: int, values: NDArray[np.float32]) -> bool:
    return values[i] > values[j] or (values[i] == values[j] and i < j)


@njit(cache=True, nogil=True)
def pick_from_pool(
    vectors: NDArray[np.float32],
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
    """Pick the vector of the highest value, its weight times its squared distance, again and again.

    A vector is measured against new centres only when its old value, an upper bound, is the highest of all.

    Args:
        vectors: (p, D) the pool.
        weights: (p,) a factor on the squared distance.
        least: The value counts as -1 once the squared distance is below this.
        nearest: (p,) squared distances to the nearest centre, updated.
        seen: (p,) how many centres each vector was compared with, updated.
        n_eligible: Among equals at `floor` only the first so many vectors of the pool come before the rest of the data.
        floor: The highest value outside the pool: below it the best may lie outside.
        centres: (capacity, D), the picked vectors are appended.
        n_centres: How many centres there are.
        picked: Filled with indices into the pool; its length is the limit.

    Returns:
        How many were picked.
    """
    size, n_picked = len(nearest), 0
    heap = np.arange(size)
    values = np.where(nearest >= least, weights * nearest, np.float32(-1))
    for start in range(size // 2 - 1, -1, -1):
        _sift_down(heap, size, start, values)
    while n_picked < len(picked):
        top = heap[0]
        if values[top] < floor or (values[top] == floor and top >= n_eligible):
            break
        if seen[top] == n_centres or nearest[top] == 0:
            centres[n_centres] = vectors[top]
            picked[n_picked] = top
            nearest[top] = values[top] = -1
            n_centres += 1
            n_picked += 1
        else:
            for j in range(seen[top], n_centres):
                nearest[top] = min(nearest[top], squared_distance(vectors, top, centres, j))
            values[top] = weights[top] * nearest[top] if nearest[top] >= least else np.float32(-1)
            seen[top] = n_centres
        _sift_down(heap, size, 0, values)
    return n_picked


@njit(cache=True, nogil=True)
def lower_to_one(
    nearest: NDArray[np.float32],
    vectors: NDArray[np.float32],
    centres: NDArray[np.float32],
    centre: int,
    weights: NDArray[np.float32],
    least: np.float32,
) -> int:
    """Lower `nearest` (n,) to the squared distance of each vector (n, D) to one of the centres (m, D).

    Returns:
        The vector of the highest value, its weight times its squared distance; -1 if all are nearer than `least`.
    """
    for i in range(len(nearest)):
        if nearest[i] > 0:
            nearest[i] = min(nearest[i], squared_distance(vectors, i, centres, centre))
    highest = _highest_value(nearest, weights, least)
    for i in range(len(nearest)):
        if nearest[i] >= least and weights[i] * nearest[i] == highest:
            return i
    return -1


# A pass of its own, which without NaN compares several values at once; the maximum stays exact.
@njit(cache=True, nogil=True, fastmath={"nnan", "nsz"})
def _highest_value(nearest: NDArray[np.float32], weights: NDArray[np.float32], least: np.float32) -> np.float32:
    highest = np.float32(-1)
    for i in range(len(nearest)):
        value = weights[i] * nearest[i] if nearest[i] >= least else np.float32(-1)
        highest = max(highest, value)
    return highest


@njit(cache=True, nogil=True)
def pick_one_by_one(
    best: int,
    picked: NDArray[np.int64],
    nearest: NDArray[np.float32],
    vectors: NDArray[np.float32],
    weights: NDArray[np.float32],
    least: np.float32,
) -> tuple[int, int]:
    """Pick the vector of the highest value and compare all with it, until `picked` is full or none is far enough.

    Args:
        best: The vector of the highest value.
        picked: Filled with indices.
        nearest: (n,) squared distances to the nearest centre, updated; -1 for a picked vector.
        vectors: (n, D).
        weights: (n,) a factor on the squared distance.
        least: As in `lower_to_one`.

    Returns:
        How many were picked, and the vector that comes next or -1.
    """
    n_picked = 0
    while n_picked < len(picked) and best >= 0:
        picked[n_picked] = best
        nearest[best] = -1
        best = lower_to_one(nearest, vectors, vectors, best, weights, least)
        n_picked += 1
    return n_picked, best


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
            distance: np.float32 = squared_distance(vectors, i, found_vectors, i * k + j)
            place = j
            while place > 0 and (
                distances[i, place - 1] > distance
                or (distances[i, place - 1] == distance and found[i, place - 1] > row)
            ):
                distances[i, place], found[i, place] = distances[i, place - 1], found[i, place - 1]
                place -= 1
            distances[i, place], found[i, place] = distance, row


@njit(cache=True, nogil=True)
def take_best(
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    covered: NDArray[np.float32],
    gains: NDArray[np.float32],
    heap: NDArray[np.int64],
    size: int,
) -> int:
    """Remove from a heap the point that adds the most weighted coverage, and return it.

    A gain only falls as more is covered, so an old one is an upper bound: only the top of the heap is evaluated.

    Args:
        indices: (n, k) neighbours of every point; -1 is none.
        similarity: (n, k) how well a point covers each neighbour, 0 to 1; it covers itself by 1.
        weights: (n,) what covering each point is worth.
        covered: (n,) how well each point is covered so far.
        gains: (n,) what each point added when it was last evaluated, updated.
        heap: Points, the highest gain first.
        size: How many points are in the heap.
    """
    while True:
        top = heap[0]
        gain = _gain(top, indices, similarity, weights, covered)
        if gain == gains[top]:
            heap[0] = heap[size - 1]
            _sift_down(heap, size - 1, 0, gains)
            return int(top)
        gains[top] = gain
        _sift_down(heap, size, 0, gains)


@njit(cache=True, nogil=True)
def coverage_gains(
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    covered: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return (n,) how much weighted coverage each point would add; arguments as in `take_best`."""
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
    return gain


@njit(cache=True, nogil=True)
def is_spaced(vector: NDArray[np.float32], others: NDArray[np.float32], least: np.float32) -> bool:
    """Return whether a vector (1, D) is at least a squared distance away from all others (m, D)."""
    for j in range(len(others)):  # noqa: SIM110 - numba compiles no generator expressions
        if squared_distance(vector, 0, others, j) < least:
            return False
    return True
