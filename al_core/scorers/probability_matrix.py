import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError
from al_core.utils.float_array import float_array


def probability_matrix(model_output: ArrayLike) -> NDArray[np.floating]:
    """Return the class probabilities of samples as an array (N, C); without samples it may have any shape.

    Raises:
        InvalidInputError: If it is not (N, C) with at least one class.

    Examples:
        >>> probability_matrix([[0.75, 0.25], [0, 1]])
        array([[0.75, 0.25],
               [0.  , 1.  ]])
    """
    probabilities = float_array(model_output, "model_output")
    if len(probabilities) and (probabilities.ndim != 2 or probabilities.shape[1] == 0):
        raise InvalidInputError(
            f"model_output is (N, C) with at least one class, not {probabilities.shape}; "
            "give one row of class probabilities per sample"
        )
    return probabilities
