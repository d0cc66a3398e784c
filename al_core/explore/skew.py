"""Whether a palette that is spread evenly over a scale would show nearly one color."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_SHARE_OF_MIDDLE = 0.1
"""Of the scale that the middle half of the values has to take: below it, half of a map has one tenth of the colors."""


def is_skewed(values: NDArray[Any], low: float, high: float) -> bool:
    """Return whether the middle half of the values share less than a tenth of the scale from `low` to `high`.

    Args:
        values: (N,) numbers; NaN is missing.
        low: Where the scale begins.
        high: Where it ends.

    Examples:
        >>> is_skewed(np.array([0.0, 0.3, 0.6, 1.0]), 0, 1)
        False
        >>> is_skewed(np.array([0.0, 0.01, 0.02, 1.0]), 0, 1)
        False
        >>> is_skewed(np.array([0.0, 0.01, 0.01, 0.02, 0.02, 1.0]), 0, 1)
        True
    """
    finite = values[np.isfinite(values)]
    if not len(finite) or high <= low:
        return False
    first, third = np.quantile(np.clip(finite, low, high), [0.25, 0.75])
    # Where half of the values are one value, no spread tells them apart.
    return bool(0 < third - first < LEAST_SHARE_OF_MIDDLE * (high - low))
