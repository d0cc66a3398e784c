import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.explore.skew import is_skewed


def test_scores_near_the_lower_end_with_a_long_tail_are_skewed() -> None:
    scores = np.concatenate([np.linspace(0, 0.05, 950), np.linspace(0.05, 1, 50)])
    assert is_skewed(scores, 0, 1)
    assert not is_skewed(np.linspace(0, 1, 100), 0, 1)


def test_values_beyond_the_scale_count_at_its_ends() -> None:
    assert not is_skewed(np.array([-5.0, -5, 0.5, 5, 5]), 0, 1)


@pytest.mark.parametrize("values", [np.empty(0), np.full(3, np.nan), np.full(5, 0.5)])
def test_values_that_no_spread_tells_apart_are_not_skewed(values: NDArray[np.float64]) -> None:
    assert not is_skewed(values, 0, 1)
    assert not is_skewed(np.array([0.1, 0.2]), 1, 1)
