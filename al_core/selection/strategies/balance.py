from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class Balance:
    """Prefers rows whose classes the selection is short of.

    Attributes:
        class_distributions: (N, C) how much of each class a row shows: a one-hot label, probabilities or counts.
        target: (C,) the wanted share of each class.
        strength: The exponent.
    """

    class_distributions: NDArray[np.floating]
    target: NDArray[np.floating]
    strength: float = 1.0

    def objective(self, rows: Rows, chosen: Rows) -> NDArray[np.float64]:
        """Return for each row the mean shortage of its classes, target share / share among the chosen rows.

        A class counts once before any row is chosen, so that shares are never 0.
        """
        counts = 1 + self.class_distributions[chosen].sum(axis=0)
        shortage = np.asarray(self.target, np.float64) / np.sum(self.target) * counts.sum() / counts
        weights = self.class_distributions[rows]
        total = np.maximum(weights.sum(axis=1), np.finfo(np.float32).tiny)
        return np.asarray(weights @ shortage / total, np.float64)
