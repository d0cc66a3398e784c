"""The compiled loop of `layout`.

Two points at distance d attract each other as if connected by 1 / (1 + a d^2b) (arXiv:1802.03426, section 4.3). With
D = d² the forces along the line between them are, as a factor on their difference:

    attraction  -2ab D^(b-1) / (1 + a D^b)
    repulsion   2b / ((0.001 + D) (1 + a D^b))
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# umap-learn's curve for its defaults min_dist = 0.1 and spread = 1.
A = np.float32(1.5769434602)
B = np.float32(0.8950608781)
# umap-learn's: random points that an edge repels, the longest move at step 1, and what keeps repulsion finite.
_NEGATIVE_SAMPLES = 5
_LONGEST_MOVE = np.float32(4)
_LEAST_SQUARE = np.float32(0.001)
_ONE = np.float32(1)


@njit(cache=True, nogil=True, fastmath=True)
def move(
    current: NDArray[np.float32],
    moved: NDArray[np.float32],
    part: tuple[int, int],
    starts: NDArray[np.int32],
    neighbors: NDArray[np.int32],
    shares: NDArray[np.float32],
    epoch: np.int64,
    step: np.float32,
    seed: np.uint64,
) -> None:
    """Move the points of a part once.

    Args:
        current: (N, 2) where all points were at the end of the last epoch.
        moved: (N, 2), the rows of the part are set.
        part: First row, and the one after the last.
        starts: (N + 1,) where the edges of each row start.
        neighbors: (edges,) the other end of each edge.
        shares: (edges,) the share of epochs in which each takes part.
        epoch: From 0.
        step: A factor on each move.
        seed: Of the random points.
    """
    for i in range(part[0], part[1]):
        edges = slice(starts[i], starts[i + 1])
        x, y = _moved(
            current[i, 0], current[i, 1], np.int64(i), current, neighbors[edges], shares[edges], epoch, step, seed
        )
        moved[i, 0] = x
        moved[i, 1] = y


@njit(cache=True, nogil=True, fastmath=True)
def place(
    points: NDArray[np.float32],
    numbers: NDArray[np.int64],
    landmarks: NDArray[np.float32],
    neighbors: NDArray[np.int32],
    shares: NDArray[np.float32],
    n_epochs: np.int64,
    rate: np.float32,
    seed: np.uint64,
) -> None:
    """Move points among landmarks that stay where they are: what becomes of one depends on no other.

    Args:
        points: (n, 2), updated.
        numbers: (n,) what tells their random numbers apart, none that of a landmark.
        landmarks: (M, 2).
        neighbors: (n, k) the landmarks that attract each point.
        shares: (n, k) the share of epochs in which each does.
        n_epochs: How many.
        rate: A factor on the first moves; they shrink to 0.
        seed: Of the random landmarks that push points away.
    """
    for i in range(len(points)):
        x = points[i, 0]
        y = points[i, 1]
        for epoch in range(n_epochs):
            step = np.float32(rate * (1 - epoch / n_epochs))
            x, y = _moved(x, y, numbers[i], landmarks, neighbors[i], shares[i], np.int64(epoch), step, seed)
        points[i, 0] = x
        points[i, 1] = y


@njit(cache=True, nogil=True, fastmath=True)
def _moved(
    x: np.float32,
    y: np.float32,
    number: np.int64,
    others: NDArray[np.float32],
    neighbors: NDArray[np.int32],
    shares: NDArray[np.float32],
    epoch: np.int64,
    step: np.float32,
    seed: np.uint64,
) -> tuple[np.float32, np.float32]:
    """Return where one point is after an epoch; `number` is its own among the others, or none of theirs."""
    n = np.uint64(others.shape[0])
    # Random numbers depend on seed, epoch and number alone, so not on how points are divided among threads or machines.
    state = _scramble(_scramble(seed + np.uint64(epoch)) + np.uint64(number))
    for edge in range(len(neighbors)):
        # The epochs of an edge are evenly spread: those in which share * epoch passes a whole number.
        share = np.float64(shares[edge])
        if np.int64(share * (epoch + 1)) == np.int64(share * epoch):
            continue
        j = neighbors[edge]
        dx = x - others[j, 0]
        dy = y - others[j, 1]
        square = dx * dx + dy * dy
        # Points in one place have no direction between them; repulsion from others separates them.
        if square > 0:
            factor = _attraction(square)
            x += _limited(factor, dx, step)
            y += _limited(factor, dy, step)
        for _ in range(_NEGATIVE_SAMPLES):
            # Knuth's linear congruential generator; its upper half, as a fraction of 2^32, times N is a row.
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            k = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
            dx = x - others[k, 0]
            dy = y - others[k, 1]
            square = dx * dx + dy * dy
            if square > 0 and k != number:
                factor = _repulsion(square)
                x += _limited(factor, dx, step)
                y += _limited(factor, dy, step)
    return x, y


@njit(cache=True, nogil=True, fastmath=True)
def _attraction(square: np.float32) -> np.floating[Any]:
    """Return the factor on the difference of two points that an edge pulls together."""
    power = _power(square)
    # In double precision: so numba multiplies an int and a float32.
    factor: np.floating[Any] = -2 * A * B * power / (A * power * square + _ONE)
    return factor


@njit(cache=True, nogil=True, fastmath=True)
def _repulsion(square: np.float32) -> np.floating[Any]:
    """Return the factor on the difference of two points of which one is a random one, to be pushed away from."""
    factor: np.floating[Any] = 2 * B / ((_LEAST_SQUARE + square) * (A * square * _power(square) + _ONE))
    return factor


@njit(cache=True, nogil=True, fastmath=True)
def _limited(factor: np.float32, difference: np.float32, step: np.float32) -> np.float32:
    return step * min(max(factor * difference, -_LONGEST_MOVE), _LONGEST_MOVE)


@njit(cache=True, nogil=True, fastmath=True)
def _power(x: np.float32) -> np.float32:
    """Return x^(B - 1) to 0.1 %, as 2^((B - 1) log2 x): most time goes here, and the exponent is only -0.1.

    A float32 is m * 2^e with m from 1 to 2. Two polynomials stand in for its logarithm and for the power of 2:

        log2 m = m (2 - m / 3) - 5/3                    the parabola through 1 and 2 of this form, off by at most 0.01
        2^f    = 1 + f (0.6951 + f (0.2274 + 0.0775 f))   for f from 0 to 1, exact at both, off by at most 0.013 %

    Both meet exactly from one exponent to the next, so the approximation has no jumps.
    """
    bits = np.float32(x).view(np.int32)
    # The lowest 23 bits are m - 1; with the exponent of 1 in front of them they read as m.
    mantissa = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    # The exponent is stored with 127 added.
    logarithm = np.float32(bits >> 23) - np.float32(127 + 5 / 3) + mantissa * (np.float32(2) - mantissa / np.float32(3))
    exponent = (B - _ONE) * logarithm
    whole = np.floor(exponent)
    part = exponent - whole
    power = _ONE + part * (np.float32(0.6951) + part * (np.float32(0.2274) + part * np.float32(0.0775)))
    result: np.float32 = power * np.int32((np.int32(whole) + 127) << 23).view(np.float32)
    return result


@njit(cache=True, nogil=True)
def _scramble(state: np.uint64) -> np.uint64:
    """Return SplitMix64's finalizer, which turns neighboring numbers into unrelated ones."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
