from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.class_cells import NamedMatrix, matrix_of_cells


def read(cells: list[Any], classes: list[Any] | None = None) -> NamedMatrix:
    return matrix_of_cells(cells, classes, lambda row: f"p.json, record {row}")


def test_lists_are_in_the_order_of_the_classes_and_a_missing_one_is_nan() -> None:
    named = read([[0.25, 0.75], None])
    np.testing.assert_array_equal(named.matrix, [[0.25, 0.75], [np.nan, np.nan]])
    assert (named.class_names, named.is_ranked) == ((), False)


def test_numbers_by_class_come_in_any_order() -> None:
    named = read([{"cat": 0.25, "dog": 0.75}, {"dog": 0, "cat": 1}])
    assert (named.matrix.tolist(), named.class_names) == ([[0.25, 0.75], [1, 0]], ["cat", "dog"])


def test_lists_beside_their_classes_are_put_in_order() -> None:
    named = read([[0.75, 0.25], [1, 0]], [["dog", "cat"], ["cat", "dog"]])
    assert (named.matrix.tolist(), named.class_names) == ([[0.25, 0.75], [1, 0]], ["cat", "dog"])


def test_classes_with_numbers_are_in_their_order() -> None:
    assert read([{"c10": 0.25, "c2": 0.75}, {"c2": 0.25, "c10": 0.75}]).class_names == ["c2", "c10"]


def test_images_with_classes_of_their_own_have_ranks() -> None:
    named = read([[0.5, 0.25], [0.75, 0.125]], [[93, 508], [4, 93]])
    assert (named.matrix.tolist(), named.is_ranked) == ([[0.5, 0.25], [0.75, 0.125]], True)
    assert read([{"a": 0.25, "b": 0.5}, {"c": 0.5}]).matrix[0].tolist() == [0.5, 0.25]


def test_the_same_five_classes_that_never_sum_to_1_are_ranks_and_three_are_not() -> None:
    five = dict.fromkeys("abcde", 0.125)
    assert read([five, five]).is_ranked
    assert not read([dict.fromkeys("abc", 0.125)] * 2).is_ranked


@pytest.mark.parametrize(
    ("cells", "classes", "message"),
    [
        ([[1], [0.5, 0.5]], None, "record 1 has 2 probabilities, the first has 1"),
        ([[1], ["x"]], None, "record 1: expected a number, found 'x'"),
        ([{"cat": 1}, [1]], None, "record 1 has other classes than the first record"),
        ([[1], [1]], [["cat"], ["cat", "dog"]], "record 1: expected as many classes as numbers"),
        ([[1, 0]], [["cat", "cat"]], "record 0 names a class twice"),
        ([[1, 0], None], [None, ["cat", "dog"]], "record 0 has no classes beside its numbers"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(cells: list[Any], classes: list[Any] | None, message: str) -> None:
    with pytest.raises(FileFormatError, match=f"^p.json, {message}"):
        read(cells, classes)
