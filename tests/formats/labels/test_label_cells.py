import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.label_cells import classes_of_cells, separator_of


def test_numbers_lose_the_fraction_that_pandas_gives_them_and_minus_one_is_no_label() -> None:
    assert classes_of_cells("l.csv", ["1.0", "", "0.0", "-1"]) == ["1", "", "0", ""]
    # Beside a name it may be the name of a class, and beside another negative number a grade.
    assert classes_of_cells("l.csv", [" cat ", "-1"]) == ["cat", "-1"]
    assert classes_of_cells("l.csv", ["-2", "-1", "1"]) == ["-2", "-1", "1"]


def test_missing_values_of_r_and_pandas_are_no_labels() -> None:
    assert classes_of_cells("l.csv", ["cat", "NA", "nan", "NaN", " <NA> "]) == ["cat", "", "", "", ""]
    assert classes_of_cells("l.csv", ["1", "NA"]) == ["1", ""]
    # The class of an image without a defect.
    assert classes_of_cells("l.csv", ["scratch", "None"]) == ["scratch", "None"]


def test_three_grades_in_three_rows_are_labels() -> None:
    assert classes_of_cells("l.csv", ["0", "0.5", "1"]) == ["0", "0.5", "1"]
    with pytest.raises(FileFormatError, match=r"'0\.31' is a probability and not the class of an image"):
        classes_of_cells("l.csv", ["0.31", "0.5", "0.92"])


@pytest.mark.parametrize("cell", ["['cat', 'dog']", '[{"label": "cat"}]', "{'cat': 1}", "[0, 3]", "[0]", "[]"])
def test_what_is_nested_is_no_class(cell: str) -> None:
    with pytest.raises(FileFormatError, match="is a list and not the class of an image"):
        classes_of_cells("l.csv", ["cat", cell])


def test_blanks_divide_classes_that_stand_alone_too_and_numbers_but_not_names() -> None:
    assert separator_of(["scab frog_eye", "frog_eye complex", "scab", "frog_eye", "complex"]) == " "
    assert separator_of(["16 0", "1", "2 3"]) == " "
    assert separator_of(["polar bear", "brown bear", "bear"]) == ""
    assert separator_of(["red car", "red", "car"]) == ""
