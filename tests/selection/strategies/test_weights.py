import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.selection.strategies import Weights


def test_weights_are_scaled_to_one_and_raised() -> None:
    weights = Weights(np.array([1.0, 2.0, 4.0]), strength=2)
    assert weights.constant(np.array([1, 2])).tolist() == [0.25, 1]


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_weight_out_of_range_is_named_if_its_row_counts(value: float) -> None:
    weights = Weights(np.array([1.0, value]))
    assert weights.constant(np.array([0])).tolist() == [1]
    with pytest.raises(InvalidInputError, match="the weight of row 1 is"):
        weights.constant(np.array([0, 1]))
