from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph
from al_core.selection.goals import scaled_power
from al_core.selection.strategies.base import Strategy
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class Typicality(Strategy):
    """Prefers rows in dense places, as Hacohen et al., Active Learning on a Budget, ICML 2022 (arXiv 2202.02794).

    Attributes:
        graph: Nearest neighbors of every row.
        strength: The exponent.
        n_neighbors: How many of them count.
    """

    graph: NeighborGraph
    strength: float = 1.0
    n_neighbors: int = 20

    def constant(self, rows: Rows) -> NDArray[np.float64]:
        """Return the inverse of each row's mean distance to its neighbors, to the power of the strength."""
        mean = self.graph.distances[rows, : self.n_neighbors].mean(axis=1, dtype=np.float64)
        return scaled_power(1 / np.maximum(mean, np.finfo(np.float32).eps), self.strength)
