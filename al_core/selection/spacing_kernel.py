"""The compiled loop of `Spacing`; `space.nearest_squared_distances` is its numpy reference."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import squared_distance


@njit(cache=True, nogil=True)
def is_spaced(vector: NDArray[np.float32], others: NDArray[np.float32], least: np.float32) -> bool:
    """Return whether a vector (1, D) is at least a squared distance away from all others (m, D)."""
    for j in range(len(others)):  # noqa: SIM110 - numba compiles no generator expressions
        if squared_distance(vector, 0, np.float32(1), others, j) < least:
            return False
    return True
