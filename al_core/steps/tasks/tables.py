"""What the tasks share whose arrays are tables with one entry per object: a client's table, checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError


def check_table(name: str, array: NDArray[Any], dtype: np.dtype[Any], n_samples: int) -> None:
    """Raise `InvalidInputError` unless an array is a table of this type, by ascending row of the dataset."""
    if array.dtype != dtype or array.ndim != 1:
        raise InvalidInputError(f"'{name}' has the fields {array.dtype}; send a table of {dtype}")
    rows = array["row"]
    if not len(rows):
        return
    # Readers find the objects of a row by binary search.
    is_ascending = (np.diff(rows) >= 0).all()
    if not is_ascending or rows[0] < 0 or rows[-1] >= n_samples:
        raise InvalidInputError(f"the rows of '{name}' are not ascending from 0 to {n_samples - 1}")
