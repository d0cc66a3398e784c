"""UMAP's layout: points move until near neighbours lie together and the others apart.

Source: McInnes, Healy, Melville, "UMAP: Uniform Manifold Approximation and Projection", arXiv:1802.03426, section 4.
The weights are umap-learn's own. The moves are its mathematics with two changes: a point reads where the others were
at the end of the last epoch, and each end of an edge moves itself. So points can move in parallel, and the result does
not depend on the number of threads.
"""

import warnings
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.threads import workers
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEGATIVE_SAMPLES = 5
N_PARTS = 64
# umap-learn's curve 1 / (1 + a d^2b) for its defaults min_dist = 0.1, spread = 1.
A, B = np.float32(1.5769434602), np.float32(0.8950608781)
# umap-learn's functions use numba's threads, which on some platforms must not be entered twice at once.
UMAP_LOCK = Lock()


def neighbor_weights(indices: NDArray[np.int32], distances: NDArray[np.float32]) -> "csr_array":
    """Return umap-learn's symmetric (N, N) edge weights of a graph whose first neighbour is the row itself."""
    from scipy.sparse import csr_array

    with UMAP_LOCK:
        weights, _, _ = _umap().fuzzy_simplicial_set(
            indices, indices.shape[1], None, "euclidean", knn_indices=indices, knn_dists=distances
        )
    return csr_array(weights)


def weights_to_known(rows: Rows, indices: NDArray[np.int32], distances: NDArray[np.float32], n: int) -> "csr_array":
    """Return umap-learn's (n, n) weights from new rows to their nearest rows among those already laid out."""
    from scipy.sparse import csr_array

    with UMAP_LOCK:
        umap = _umap()
        sigmas, rhos = umap.smooth_knn_dist(distances, float(indices.shape[1]), local_connectivity=0.0)
        positions, columns, values, _ = umap.compute_membership_strengths(
            indices, distances, sigmas, rhos, bipartite=True
        )
    return csr_array((values, (rows[positions], columns)), shape=(n, n))


def _umap() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # its optional part asks for Tensorflow
        from umap import umap_
    # Without this umap-learn compiles them anew in every process.
    umap_.smooth_knn_dist.enable_caching()
    umap_.compute_membership_strengths.enable_caching()
    return umap_


def improve(
    points: NDArray[np.float32],
    weights: "csr_array",
    *,
    n_epochs: int,
    seed: int,
    rate: float = 1.0,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the points (N, 2) after n_epochs of attraction along the weights and repulsion from random points.

    Moves shrink from `rate` to 0. A row without weights stays where it is.
    """
    shares = (weights.data / weights.data.max()).astype(np.float32)
    shares[shares < 1 / n_epochs] = 0
    current, moved = points.astype(np.float32), np.empty_like(points, np.float32)
    # Parts of about equal numbers of edges: some rows have many more than others.
    cuts = np.searchsorted(weights.indptr, np.linspace(0, weights.indptr[-1], N_PARTS + 1)[1:-1])
    parts = list(pairwise([0, *cuts.tolist(), len(points)]))

    def move(part: tuple[int, int]) -> None:
        alpha = np.float32(rate * (1 - epoch / n_epochs))
        _move(current, moved, part, weights.indptr, weights.indices, shares, np.int64(epoch), alpha, np.uint64(seed))

    with workers() as pool:
        for epoch in range(n_epochs):
            list(pool.map(move, parts))
            current, moved = moved, current
            if progress:
                progress(epoch + 1, n_epochs)
    return current


@njit(cache=True, nogil=True)
def _scramble(state: np.uint64) -> np.uint64:
    # SplitMix64's finaliser: neighbouring seeds become unrelated ones.
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@njit(cache=True, nogil=True, fastmath=True)
def _power(x: np.float32) -> np.float32:
    """Return x ** (B - 1) to 0.1 %: the exponent is so small that a coarse logarithm does, and most time goes here."""
    bits = np.float32(x).view(np.int32)
    mantissa = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    logarithm = np.float32(bits >> 23) - np.float32(127 + 5 / 3) + mantissa * (np.float32(2) - mantissa / np.float32(3))
    exponent = (B - np.float32(1)) * logarithm
    whole = np.floor(exponent)
    part = exponent - whole
    # Of 2 ** part, for 0 to 1.
    power = np.float32(1) + part * (np.float32(0.6951) + part * (np.float32(0.2274) + part * np.float32(0.0775)))
    result: np.float32 = power * np.int32((np.int32(whole) + 127) << 23).view(np.float32)
    return result


@njit(cache=True, nogil=True, fastmath=True)
def _step(factor: np.float32, difference: np.float32, alpha: np.float32) -> np.float32:
    return alpha * min(max(factor * difference, np.float32(-4)), np.float32(4))


@njit(cache=True, nogil=True, fastmath=True)
def _move(
    current: NDArray[np.float32],
    moved: NDArray[np.float32],
    part: tuple[int, int],
    starts: NDArray[np.int32],
    neighbors: NDArray[np.int32],
    shares: NDArray[np.float32],
    epoch: np.int64,
    alpha: np.float32,
    seed: np.uint64,
) -> None:
    n, one = np.uint64(current.shape[0]), np.float32(1)
    for i in range(part[0], part[1]):
        x, y = current[i, 0], current[i, 1]
        state = _scramble(_scramble(seed + np.uint64(epoch)) + np.uint64(i))
        for edge in range(starts[i], starts[i + 1]):
            # An edge of share s takes part in s of all epochs, evenly spread.
            share = np.float64(shares[edge])
            if np.int64(share * (epoch + 1)) == np.int64(share * epoch):
                continue
            j = neighbors[edge]
            dx, dy = x - current[j, 0], y - current[j, 1]
            squared = dx * dx + dy * dy
            if squared > 0:
                power = _power(squared)
                factor = -2 * A * B * power / (A * power * squared + one)
                x += _step(factor, dx, alpha)
                y += _step(factor, dy, alpha)
            for _ in range(NEGATIVE_SAMPLES):
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                k = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                dx, dy = x - current[k, 0], y - current[k, 1]
                squared = dx * dx + dy * dy
                if squared > 0 and k != i:
                    factor = 2 * B / ((np.float32(0.001) + squared) * (A * squared * _power(squared) + one))
                    x += _step(factor, dx, alpha)
                    y += _step(factor, dy, alpha)
        moved[i, 0], moved[i, 1] = x, y
