from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.selection.goals import scaled_power
from al_core.selection.strategies.base import Strategy
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class Weights(Strategy):
    """Prefers rows of a high weight, such as a score or a metadata value.

    Attributes:
        weights: (N,) from 0.
        strength: The exponent; below 0 it prefers low weights.
    """

    weights: NDArray[np.floating]
    strength: float = 1.0

    def constant(self, rows: Rows) -> NDArray[np.float64]:
        """Return the weight of each row to the power of the strength.

        Raises:
            InvalidInputError: If a weight is not a finite number from 0.
        """
        weights = np.asarray(self.weights[rows], np.float64)
        bad = rows[~((weights >= 0) & np.isfinite(weights))]
        if len(bad):
            raise InvalidInputError(f"the weight of row {bad[0]} is {self.weights[bad[0]]}; weights are 0 or more")
        return scaled_power(weights, self.strength)
