"""How classes are shared among the pool, a selection and RANDOM's draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.types import Probabilities, Rows


@dataclass(frozen=True)
class PredictedClasses:
    """How the predictions of the current model are shared among classes; each tuple adds up to 1.

    Attributes:
        names: (C,).
        pool: (C,) of what could be selected.
        random: (C,) mean over RANDOM's draws.
        selected: (C,) of the picks.
    """

    names: tuple[str, ...]
    pool: tuple[float, ...]
    random: tuple[float, ...]
    selected: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ClassShares:
    """Expected shares of the classes, each (C,) adding up to 1.

    Attributes:
        pool: Of the query set.
        random: Mean over RANDOM's draws.
        selected: Of the picks.
    """

    pool: NDArray[np.float64]
    random: NDArray[np.float64]
    selected: NDArray[np.float64]


def class_shares(probabilities: Probabilities, query_rows: Rows, rows: Rows, draws: Sequence[Rows]) -> ClassShares:
    """Return how often each class is expected in the pool, in RANDOM's draws and among the picks.

    Args:
        probabilities: (N, C) of the current model.
        query_rows: Rows that could be selected.
        rows: The picks.
        draws: RANDOM's picks.

    Examples:
        >>> p = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.5, 0.5]])
        >>> shares = class_shares(p, np.arange(4), np.array([1, 2]), [np.array([0, 3])])
        >>> shares.pool.tolist(), shares.random.tolist(), shares.selected.tolist()
        ([0.5, 0.5], [0.75, 0.25], [0.25, 0.75])
    """
    return ClassShares(
        pool=np.asarray(probabilities[query_rows].mean(axis=0), np.float64),
        random=np.mean([probabilities[draw].mean(axis=0) for draw in draws], axis=0),
        selected=np.asarray(probabilities[rows].mean(axis=0), np.float64),
    )
