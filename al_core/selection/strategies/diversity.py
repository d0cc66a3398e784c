from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.space import Space, nearest_squared_distances, squared_distances
from al_core.selection.farthest_first import FarthestFirst, farthest_first
from al_core.selection.strategies.base import Changing, Strategy
from al_core.types import Embeddings, Progress, Rows


@dataclass(frozen=True, eq=False)
class Diversity(Strategy):
    """Prefers rows far from all chosen ones: the objective is the distance to the nearest.

    Attributes:
        embeddings: (N, D).
        strength: The exponent of the distance, above 0.
        min_distance: No row is picked nearer than this to a chosen one; -1 is off.
        normalize: Whether embeddings are scaled to unit length first.

    Raises:
        InvalidInputError: If the strength is not above 0.
    """

    embeddings: Embeddings
    strength: float = 1.0
    min_distance: float = -1
    normalize: bool = True

    def __post_init__(self) -> None:
        if self.strength <= 0:
            raise InvalidInputError(f"the strength of Diversity is above 0, not {self.strength}")

    def changing(self, rows: Rows, chosen: Rows) -> Changing:
        """Return for each row the distance to the nearest chosen row."""
        return _NearestDistance(self, rows, chosen)


class _NearestDistance(Changing):
    def __init__(self, diversity: Diversity, rows: Rows, chosen: Rows) -> None:
        all_rows = np.union1d(rows, chosen)
        self._space = Space.from_embeddings(diversity.embeddings, all_rows, normalize=diversity.normalize)
        self._rows = rows
        self._chosen = chosen
        self._strength = diversity.strength
        self._least = np.float32(max(diversity.min_distance, 0) ** 2)
        self._vectors = self._space.vectors(rows)
        self._nearest = nearest_squared_distances(self._vectors, self._space.vectors(chosen))

    def factors(self) -> NDArray[np.float64]:
        # Before the first choice all distances are infinite, and none comes first.
        nearest = np.where(np.isinf(self._nearest), 1, self._nearest).astype(np.float64)
        is_far_enough = self._nearest >= self._least
        return np.asarray(np.where(is_far_enough, nearest ** (self._strength / 2), -1), np.float64)

    def choose(self, candidate: int) -> None:
        distances = squared_distances(self._vectors, self._vectors[candidate])
        np.minimum(self._nearest, distances, out=self._nearest)

    def pick(self, constant: NDArray[np.float64], n_new: int, progress: Progress) -> list[int]:
        # The engine multiplies squared distances, and a root changes no order.
        weights = (constant ** (2 / self._strength)).astype(np.float32)
        task = FarthestFirst(self._space, self._rows, self._chosen, weights, n_new, self._least, progress)
        positions: list[int] = np.searchsorted(self._rows, farthest_first(task)).tolist()
        return positions
