from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError


def float_array(values: ArrayLike, name: str) -> NDArray[np.floating]:
    """Return values as an array of floats; float arrays are returned as they are, without a copy.

    Raises:
        InvalidInputError: If rows differ in length, an entry is not a number, or it is a tensor that NumPy cannot read;
            `name` says which input it was.
    """
    array = np.atleast_1d(any_array(values, name))
    if array.dtype.kind not in "fiub":
        raise InvalidInputError(f"{name} needs real numbers, not {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def any_array(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return values as an array of whatever they are, without a copy where there is one.

    Raises:
        InvalidInputError: If rows differ in length, or it is a tensor that NumPy cannot read.
    """
    try:
        return np.asarray(values)
    except ValueError as error:
        raise InvalidInputError(f"{name} needs rows of equal length: {error}") from error
    # What PyTorch raises for tensors on a GPU and for those that require a gradient; it says itself what to do.
    except (TypeError, RuntimeError) as error:
        raise InvalidInputError(f"{name} cannot be read as an array: {error}") from error
