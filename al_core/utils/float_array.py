import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError


def float_array(values: ArrayLike, name: str) -> NDArray[np.floating]:
    """Return values as an array of floats; float arrays are returned as they are, without a copy.

    Raises:
        InvalidInputError: If rows differ in length, an entry is not a number, or it is a tensor that NumPy cannot read;
            `name` says which input it was.
    """
    try:
        array = np.atleast_1d(values)
    except ValueError as error:
        raise InvalidInputError(f"{name} needs rows of equal length: {error}") from error
    # What PyTorch raises for tensors on a GPU and for those that require a gradient; it says itself what to do.
    except (TypeError, RuntimeError) as error:
        raise InvalidInputError(f"{name} cannot be read as an array: {error}") from error
    if array.dtype.kind not in "fiub":
        raise InvalidInputError(f"{name} needs real numbers, not {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
