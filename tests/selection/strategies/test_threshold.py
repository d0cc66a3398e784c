import numpy as np

from al_core.selection.strategies import Threshold

VALUES = np.array([1.0, 5.0, np.nan, 3.0])


def test_both_ends_of_the_range_pass_and_a_missing_value_does_not() -> None:
    rows = np.arange(4)
    assert Threshold(VALUES, at_least=3, at_most=5).allows(rows).tolist() == [False, True, False, True]
    assert Threshold(VALUES).allows(rows).tolist() == [True, True, False, True]
