from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.selection.strategies.base import Strategy
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class Threshold(Strategy):
    """Lets only rows pass whose metadata value lies in a range.

    Attributes:
        values: (N,) one number per row; NaN never passes.
        at_least: The lowest value that passes.
        at_most: The highest value that passes.
    """

    values: NDArray[np.floating]
    at_least: float = -np.inf
    at_most: float = np.inf

    def allows(self, rows: Rows) -> NDArray[np.bool_]:
        """Return whether each row passes."""
        values = self.values[rows]
        return (values >= self.at_least) & (values <= self.at_most)
