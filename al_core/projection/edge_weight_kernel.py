"""The compiled loop of `edge_weights`."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

# As umap-learn: the search for a bandwidth ends after so many halvings, or this near to the wanted sum.
_HALVINGS = 64
_TOLERANCE = 1e-5


@njit(cache=True, nogil=True)
def connections(
    distances: NDArray[np.float32],
    counted: NDArray[np.float32],
    nearest: NDArray[np.float32],
    least: NDArray[np.float32],
    target: float,
) -> NDArray[np.float32]:
    """Return how well rows are connected to neighbors, exp(-(distance - nearest) / bandwidth), at most 1.

    Args:
        distances: (n, k) of the neighbors.
        counted: (n, m) distances of those whose connections sum to the target.
        nearest: (n,) the distance up to which a neighbor is connected by 1.
        least: (n,) lower limits of the bandwidths.
        target: What the connections of each row sum to, unless the limit prevents it.

    Returns:
        (n, k).
    """
    values = np.empty(distances.shape, np.float32)
    for i in range(len(distances)):
        bandwidth = max(np.float32(_bandwidth(counted[i], nearest[i], target)), least[i])
        for j in range(distances.shape[1]):
            values[i, j] = _connection(distances[i, j] - nearest[i], bandwidth)
    return values


@njit(cache=True, nogil=True)
def _bandwidth(distances: NDArray[np.float32], nearest: np.float32, target: float) -> float:
    """Return by bisection the bandwidth at which the connections sum to the target; the sum rises with it."""
    low = 0.0
    high = np.inf
    middle = 1.0
    for _ in range(_HALVINGS):
        total = 0.0
        for distance in distances:
            total += _connection(np.float64(distance - nearest), middle)
        if abs(total - target) < _TOLERANCE:
            break
        if total > target:
            high = middle
        else:
            low = middle
        # Doubling until there is an upper limit.
        middle = 2 * middle if high == np.inf else (low + high) / 2
    return middle


@njit(cache=True, nogil=True)
def _connection(distance: float, bandwidth: float) -> float:
    """Return exp(-distance / bandwidth), at most 1, in the precision of its arguments."""
    if distance <= 0 or bandwidth == 0:
        return 1.0
    connection: float = np.exp(-(distance / bandwidth))
    return connection
