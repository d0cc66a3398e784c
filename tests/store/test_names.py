import os
from typing import Any

import pytest

from al_core.exceptions import InvalidInputError
from al_core.store import names


@pytest.mark.parametrize("name", ["cats", "Street 2026-11", "v1.0_final", "a1", "a" * 100])
def test_names_of_datasets_are_letters_digits_and_a_few_signs(name: str) -> None:
    names.check_dataset_name(name)


@pytest.mark.parametrize("name", ["", "a", "a/b", ".hidden", "a\nb", "ä1", "a" * 101, "x (deleted)"])
def test_other_names_of_datasets_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not allowed"):
        names.check_dataset_name(name)


def test_no_dataset_is_named_like_an_id() -> None:
    with pytest.raises(InvalidInputError, match="looks like the id of a dataset"):
        names.check_dataset_name("0123456789abcdef01234567")


@pytest.mark.parametrize("name", ["first 100", "round=2; user@lab", "a+b"])
def test_names_of_tags_may_have_more_signs(name: str) -> None:
    names.check_tag_name(name)


@pytest.mark.parametrize("name", ["", "a", "=1+1", "<b>", "a" * 201])
def test_other_names_of_tags_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not allowed"):
        names.check_tag_name(name)


@pytest.mark.parametrize(
    ("filenames", "problem"),
    [
        ([], "at least one sample"),
        (["a.png", ""], "position 1 is ''"),
        (["a.png", "b.png", "a.png"], "'a.png' occurs twice .again at position 2"),
        (["a.png", os.fsdecode(b"caf\xe9.png")], "position 1, 'caf.*png', is not UTF-8"),
    ],
)
def test_filenames_are_there_not_empty_and_unique(filenames: list[str], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        names.check_filenames(filenames)


@pytest.mark.parametrize("name", [None, 3, ["cats"]])
def test_names_are_texts(name: Any) -> None:
    for check in (names.check_dataset_name, names.check_tag_name):
        with pytest.raises(InvalidInputError, match="is not allowed"):
            check(name)


@pytest.mark.parametrize("name", ["", None, "a\0b", os.fsdecode(b"caf\xe9")])
def test_arrays_have_names_that_a_catalog_holds(name: Any) -> None:
    with pytest.raises(InvalidInputError, match="the name of a score"):
        names.check_array_name("a score", name)
