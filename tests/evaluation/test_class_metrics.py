import numpy as np
import pytest

from al_core.evaluation.class_metrics import class_table, confusion_matrix
from al_core.evaluation.intervals import share_interval
from al_core.exceptions import InvalidInputError


def test_rows_are_labels_and_columns_are_predictions() -> None:
    matrix = confusion_matrix(np.array([0, 0, 2, 2, 2]), np.array([0, 1, 2, 0, 2]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 2]]


def test_a_class_with_ten_test_labels_has_an_interval_and_one_with_nine_its_count() -> None:
    table = class_table(np.array([[8, 2], [0, 9]]))
    assert table[0].recall == share_interval(8, 10)
    assert table[1].recall.text() == "9 test labels; a class needs 10"
    assert table[1].precision == share_interval(9, 11)
    assert (table[0].n_labels, table[0].n_predicted) == (10, 8)


def test_classes_out_of_range_and_missing_predictions_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="a label is of class 3; there are classes 0 to 2"):
        confusion_matrix(np.array([3]), np.array([0]), 3)
    with pytest.raises(InvalidInputError, match="a prediction is of class -1"):
        confusion_matrix(np.array([0]), np.array([-1]), 3)
    with pytest.raises(InvalidInputError, match="but 2 have 1"):
        confusion_matrix(np.array([0, 1]), np.array([0]), 2)
