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


def test_rows_of_different_lengths_are_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="probabilities needs rows of equal length"):
        float_array([[0.5, 0.5], [1.0]], "probabilities")
