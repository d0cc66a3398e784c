import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import MAX_FILENAME_LENGTH, check_filename_column, check_one_per_row


@pytest.mark.parametrize("name", ["a.png", "day 1/ä.png", "=1+1.png", "雪/🐈.jpg", "x" * MAX_FILENAME_LENGTH])
def test_any_printable_name_is_a_filename(name: str) -> None:
    check_filename_column([name], "list.txt", unique=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "row 1 counting from 0: the filename is empty"),
        ("x" * 4097, "the filename has 4,097 characters, at most 4,096"),
        ("a\nb", r"the filename 'a\\nb' holds control characters"),
        ("a\0", "holds control characters"),
        ("\udcff.png", "holds control characters"),
    ],
)
def test_a_bad_filename_is_refused_with_its_row(name: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        check_filename_column(["a.png", name], "list.txt")


def test_a_repeated_filename_is_refused_only_where_each_comes_once() -> None:
    check_filename_column(["a", "b", "a"], "list.txt")
    with pytest.raises(FileFormatError, match=r"'a' occurs 2 times \(rows 0 and 2 counting from 0\)"):
        check_filename_column(["a", "b", "a"], "list.txt", unique=True)


def test_a_column_has_one_value_per_row() -> None:
    check_one_per_row(["cat"], 1, "labels", "e.npz")
    with pytest.raises(FileFormatError, match=r"e\.npz has 1 labels for 2 rows; save one per row"):
        check_one_per_row(["cat"], 2, "labels", "e.npz")
