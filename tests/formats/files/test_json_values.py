import pytest

from al_core.formats.files.json_values import as_list, is_list_of, is_number


@pytest.mark.parametrize(("value", "expected"), [(1, True), (0.5, True), (True, False), ("1", False), (None, False)])
def test_true_and_texts_are_no_numbers(value: object, expected: bool) -> None:
    assert is_number(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [([{}], True), ([], True), ([{}, None], False), ({}, False), (None, False)]
)
def test_a_list_of_objects_has_nothing_else(value: object, expected: bool) -> None:
    assert is_list_of(value, dict) is expected


def test_one_entry_is_a_list_of_it() -> None:
    assert as_list([1, 2]) == [1, 2]
    assert as_list({"a": 1}) == [{"a": 1}]
