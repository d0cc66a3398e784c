"""The nearest neighbours of every row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NeighborGraph:
    """The k nearest neighbours of every row, nearest first, the row itself left out.

    Attributes:
        indices: (N, k) rows.
        distances: (N, k) Euclidean distances.
    """

    indices: NDArray[np.int32]
    distances: NDArray[np.float32]
