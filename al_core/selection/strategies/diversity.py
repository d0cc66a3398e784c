from dataclasses import dataclass

from al_core.types import Embeddings


@dataclass(frozen=True, eq=False)
class Diversity:
    """Prefers rows far from all chosen ones: the objective is the distance to the nearest.

    Attributes:
        embeddings: (N, D).
        strength: The exponent of the distance, above 0.
        min_distance: No row is picked nearer than this to a chosen one; -1 is off.
        normalize: Whether embeddings are scaled to unit length first.
    """

    embeddings: Embeddings
    strength: float = 1.0
    min_distance: float = -1
    normalize: bool = True
