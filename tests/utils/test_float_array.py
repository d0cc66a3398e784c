import re
from typing import NoReturn

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils.float_array import float_array


def test_single_precision_is_returned_without_a_copy() -> None:
    values = np.array([0.25, 0.5], np.float32)
    assert float_array(values, "scores") is values


def test_whole_numbers_become_floats_and_a_single_number_an_array() -> None:
    assert float_array(1, "scores").tolist() == [1.0]
    assert float_array([0, 1], "scores").dtype == np.float64


def test_what_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="scores needs real numbers, not <U4"):
        float_array(["high"], "scores")


@pytest.mark.parametrize(
    "refusal",
    [
        TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first"),
        RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."),
    ],
    ids=["on a GPU", "requires a gradient"],
)
def test_a_tensor_that_numpy_cannot_read_is_refused_with_its_own_advice(refusal: Exception) -> None:
    class Tensor:
        def __array__(self, *_: object) -> NoReturn:
            raise refusal

    with pytest.raises(InvalidInputError, match=re.escape(f"scores cannot be read as an array: {refusal}")):
        float_array(Tensor(), "scores")


def test_rows_of_different_lengths_are_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="probabilities needs rows of equal length"):
        float_array([[0.5, 0.5], [1.0]], "probabilities")
