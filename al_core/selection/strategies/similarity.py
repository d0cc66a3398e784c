from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Space, blocks
from al_core.types import Embeddings, Rows


@dataclass(frozen=True, eq=False)
class Similarity:
    """Prefers rows near to given ones.

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

    def objective(self, rows: Rows) -> NDArray[np.float64]:
        """Return 1 / (1 + d) for the distance d of each row to the nearest key row."""
        space = Space.of(self.embeddings, np.union1d(rows, self.key_rows), normalize=self.normalize)
        keys = space.vectors(self.key_rows)
        squares = np.concatenate([_nearest(space.vectors(block), keys) for block in blocks(rows, keys.shape[1])])
        return np.asarray(1 / (1 + np.sqrt(squares)), np.float64)


def _nearest(vectors: NDArray[np.float32], keys: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = np.einsum("ij,ij->i", vectors, vectors)[:, None] + np.einsum("ij,ij->i", keys, keys)
    nearest: NDArray[np.float32] = np.maximum(squares - 2 * (vectors @ keys.T), 0).min(axis=1)
    return nearest
