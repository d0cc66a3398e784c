"""Unbounded values as scores from 0 to 1."""

from collections.abc import Mapping, MutableMapping

import numpy as np
from numpy.typing import NDArray

from al_core.types import Scores


def saturate(values: NDArray[np.floating], half: float) -> Scores:
    """Return x / (x + half) of values x from 0: 0 stays 0, `half` becomes one half, and the order stays.

    Unlike a division by the highest value, no outlier squeezes all others together, and with the same `half` the
    scores of two models mean the same.

    Examples:
        >>> saturate(np.array([0.0, 2.0, 6.0]), half=2.0)
        array([0.  , 0.5 , 0.75])
    """
    return np.asarray(values / (values + half))


def half_point(values: NDArray[np.floating]) -> float:
    """Return the median of those values that are above 0, at which `saturate` is to be one half; 1 if there are none.

    Examples:
        >>> half_point(np.array([0.0, 0.0, 1.0, 2.0, 9.0]))
        2.0
    """
    positive = values[values > 0]
    return float(np.median(positive)) if len(positive) else 1.0


def saturated(values: Mapping[str, NDArray[np.floating]], half_points: MutableMapping[str, float]) -> dict[str, Scores]:
    """Return unbounded values as scores; half points that are not there yet are added, so that they can be recorded.

    Examples:
        >>> half_points = {}
        >>> saturated({"sum": np.array([0.0, 2.0, 2.0, 6.0])}, half_points), half_points
        ({'sum': array([0.  , 0.5 , 0.5 , 0.75])}, {'sum': 2.0})
    """
    return {name: saturate(raw, half_points.setdefault(name, half_point(raw))) for name, raw in values.items()}
