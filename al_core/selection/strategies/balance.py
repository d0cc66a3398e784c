from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.selection.strategies.base import Changing, Strategy
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class Balance(Strategy):
    """Prefers rows whose classes the selection is short of.

    Attributes:
        class_distributions: (N, C) how much of each class a row shows: a one-hot label, probabilities or counts.
        target: (C,) the target share of each class.
        strength: The exponent.
    """

    class_distributions: NDArray[np.floating]
    target: NDArray[np.floating]
    strength: float = 1.0

    def changing(self, rows: Rows, chosen: Rows) -> Changing:
        """Return for each row the mean shortage of its classes, target share / share among the chosen rows."""
        return _Shortage(self, rows, chosen)


class _Shortage(Changing):
    def __init__(self, balance: Balance, rows: Rows, chosen: Rows) -> None:
        self._distributions = np.asarray(balance.class_distributions[rows], np.float64)
        self._target = np.asarray(balance.target, np.float64) / np.sum(balance.target)
        self._strength = balance.strength
        # A class counts once before any row is chosen, so that shares are never 0.
        self._counts = 1 + balance.class_distributions[chosen].sum(axis=0, dtype=np.float64)

    def factors(self) -> NDArray[np.float64]:
        shortage = self._target * self._counts.sum() / self._counts
        total = np.maximum(self._distributions.sum(axis=1), np.finfo(np.float32).tiny)
        return np.asarray((self._distributions @ shortage / total) ** self._strength, np.float64)

    def choose(self, candidate: int) -> None:
        self._counts += self._distributions[candidate]
