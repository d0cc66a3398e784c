"""Nearest neighbors by pynndescent, where faiss has no wheel.

Source: Dong, Moses, Li, Efficient K-Nearest Neighbor Graph Construction for Generic Similarity Measures, WWW 2011.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import Neighbors, settled
from al_core.geometry.space import Space, row_runs
from al_core.geometry.threads import numba_threads
from al_core.types import Rows

# Rows that are settled at once: about a tenth of a second.
_TASK_ROWS = 4_096
_SEED = 0


@dataclass(frozen=True)
class DescentSearch:
    """Has found nearly all true neighbors; what remains is to measure them exactly.

    Attributes:
        space: Where distances are measured.
        k: How many neighbors.
        neighbors: (N, k) rows.
    """

    space: Space
    k: int
    neighbors: NDArray[np.int32]

    def tasks(self, rows: Rows) -> list[Rows]:
        """Split rows into parts for `nearest`."""
        return row_runs(rows, _TASK_ROWS)

    def nearest(self, rows: Rows) -> Neighbors:
        """Return the neighbors of some rows."""
        return settled(self.space, self.space.padded(rows), self.neighbors[rows], self.k)


def descent_search(space: Space, others: Rows, k: int) -> DescentSearch:
    """Return the neighbors of `others` among each other; it reports no progress and cannot be stopped."""
    from pynndescent import NNDescent

    with numba_threads():
        index = NNDescent(space.vectors(others), n_neighbors=k + 1, random_state=_SEED)
        positions, _ = index.neighbor_graph
    # Each row is among its own neighbors, unless more than k others equal it; then the farthest is dropped instead.
    is_own = positions == np.arange(len(others))[:, None]
    is_own[~is_own.any(axis=1), -1] = True
    neighbors = np.zeros((len(space.embeddings), k), np.int32)
    neighbors[others] = others[positions[~is_own].reshape(len(others), k)]
    return DescentSearch(space, k, neighbors)
