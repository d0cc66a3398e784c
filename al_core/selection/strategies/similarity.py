from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Space, blocks, product_distances
from al_core.selection.goals import scaled_power
from al_core.selection.strategies.base import Strategy
from al_core.types import Embeddings, Rows


@dataclass(frozen=True, eq=False)
class Similarity(Strategy):
    """Prefers rows near to key rows.

    Attributes:
        embeddings: (N, D).
        key_rows: Rows to look like.
        strength: The exponent; below 0 it prefers rows unlike them.
        normalize: Whether embeddings are scaled to unit length first.
    """

    embeddings: Embeddings
    key_rows: Rows
    strength: float = 1.0
    normalize: bool = True

    def constant(self, rows: Rows) -> NDArray[np.float64]:
        """Return 1 / (1 + d) for the distance d of each row to the nearest key row, to the power of the strength."""
        space = Space.from_embeddings(self.embeddings, np.union1d(rows, self.key_rows), normalize=self.normalize)
        keys = space.vectors(self.key_rows)
        nearest = np.empty(len(rows))
        for block in blocks(np.arange(len(rows)), space.dim):
            nearest[block] = product_distances(space.vectors(rows[block]), keys).min(axis=1)
        return scaled_power(1 / (1 + np.sqrt(np.maximum(nearest, 0))), self.strength)
