"""What a strategy may say about rows: any or none of three things."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from al_core.types import Progress, Rows


class Strategy:
    """One factor of the product by which rows are picked; a subclass overrides what it has a say in."""

    def allows(self, rows: Rows) -> NDArray[np.bool_]:
        """Return whether each row may be picked at all, (n,)."""
        return np.ones(len(rows), np.bool_)

    def constant(self, rows: Rows) -> NDArray[np.float64]:
        """Return the factor of each row that no pick changes, (n,)."""
        return np.ones(len(rows))

    def changing(self, rows: Rows, chosen: Rows) -> "Changing | None":
        """Return the factors of the rows that change with every pick, after the chosen rows; None if there are none."""
        return None


class Changing(ABC):
    """Factors of candidates that change as candidates are picked. Candidates are positions, 0..n-1."""

    @abstractmethod
    def factors(self) -> NDArray[np.float64]:
        """Return the factor of each candidate, (n,); below 0 for one that may not be picked any more."""

    @abstractmethod
    def choose(self, candidate: int) -> None:
        """Count a candidate as chosen."""

    def pick(self, constant: NDArray[np.float64], n_new: int, progress: Progress) -> list[int]:
        """Return the picks if nothing else changes; a subclass that has a faster way overrides it."""
        return pick_one_by_one([self], constant, n_new, progress)


def pick_one_by_one(
    changing: list[Changing], constant: NDArray[np.float64], n_new: int, progress: Progress
) -> list[int]:
    """Return the candidates of the highest product, one after the other, the first among equals."""
    picked: list[int] = []
    is_open = np.ones(len(constant), np.bool_)
    while len(picked) < n_new:
        product = constant.copy()
        for part in changing:
            factors = part.factors()
            is_open &= factors >= 0
            product *= factors
        if not is_open.any():
            break
        best = int(np.where(is_open, product, -1).argmax())
        picked.append(best)
        is_open[best] = False
        for part in changing:
            part.choose(best)
        progress(len(picked), n_new)
    return picked
