import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError


def float_array(values: ArrayLike, name: str) -> NDArray[np.floating]:
    """Return values as an array of floats; float arrays are returned as they are, without a copy.

    Raises:
        InvalidInputError: If rows differ in length or an entry is not a number; `name` says which input it was.
    """
    try:
        array = np.atleast_1d(values)
    except ValueError as error:
        raise InvalidInputError(f"{name} needs rows of equal length: {error}") from error
    if array.dtype.kind not in "fiub":
        raise InvalidInputError(f"{name} needs real numbers, not {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
