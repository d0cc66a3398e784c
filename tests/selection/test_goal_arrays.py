import numpy as np
import pytest

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.selection import ClassShares, GoalArrays
from al_core.selection.goal_arrays import groups_of, predicted_classes


def test_equal_values_are_a_group_and_empty_ones_none() -> None:
    groups = groups_of(np.array(["b", "", "a", "b"]))
    assert groups.codes.tolist() == [1, -1, 0, 1]
    assert groups.names == ("a", "b")


def test_the_predicted_class_is_the_one_a_row_shows_most_of() -> None:
    shares = ClassShares(np.array([[0.2, 0.8], [0, 0], [2, 2]], np.float32), ("cat", "dog"))
    assert predicted_classes(shares).codes.tolist() == [1, -1, 0]


def test_texts_are_no_numbers_and_what_is_missing_is_named() -> None:
    arrays = GoalArrays({"camera": np.array(["a"])})
    with pytest.raises(InvalidInputError, match="'camera' is a column of texts"):
        arrays.numbers("camera")
    with pytest.raises(MissingInputError, match="no column 'time'; there are: 'camera'"):
        arrays.numbers("time")
    with pytest.raises(MissingInputError, match="upload a model's predictions first"):
        arrays.shares()
