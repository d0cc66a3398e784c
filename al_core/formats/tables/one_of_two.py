"""Whether a column has the probability of one of two classes, and not of whichever class is more probable."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_NO_AND_YES = frozenset({"0", "1", "0.0", "1.0"})

_ROWS_TO_TELL = 10
"""In fewer rows the numbers of two names may be apart by chance."""


def are_of_one_class(numbers: NDArray[np.float64], classes: Sequence[str], *, are_true: bool) -> bool:
    """Return whether probabilities beside a column of two classes are all those of the same class.

    The more probable of two classes has at least a half, so lower numbers are evidence. A third class may have been
    predicted for none of the rows; but then the two would not be divided by a threshold.

    Args:
        numbers: (K,) the probabilities.
        classes: (K,) the class in each row.
        are_true: Whether these are what is on the images; otherwise they are what a model predicts.

    Examples:
        >>> are_of_one_class(np.array([0.25, 0.75, 0.125]), ["0", "1", "0"], are_true=False)
        True
        >>> are_of_one_class(np.array([0.75, 0.625, 0.5]), ["0", "1", "0"], are_true=False)
        False
    """
    if len(set(classes)) != 2 or len(classes) != len(numbers):
        return False
    if not np.isfinite(numbers).all() or numbers.min() >= 1 / 2:
        return False
    is_first = np.array(classes) == classes[0]
    first = numbers[is_first]
    second = numbers[~is_first]
    are_apart = bool(first.max() <= second.min() or second.max() <= first.min())
    if set(classes) <= _NO_AND_YES:
        # What is predicted follows from the probability; what is true need not.
        return are_apart or are_true
    return are_apart and len(numbers) >= _ROWS_TO_TELL


def has_row_for_each_class(images: Sequence[str], classes: Sequence[str]) -> bool:
    """Return whether images have several rows and each of those another class: then each row has the number of its own.

    Examples:
        >>> has_row_for_each_class(["a", "a", "b"], ["0", "1", "0"]), has_row_for_each_class(["a", "a"], ["0", "0"])
        (True, False)
    """
    n_rows = len(images)
    if len(classes) != n_rows or len(set(images)) == n_rows:
        return False
    return len(set(zip(images, classes, strict=True))) == n_rows
