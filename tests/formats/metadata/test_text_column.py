import pyarrow as pa
import pytest

from al_core.formats.metadata.text_column import MAX_LENGTH, MAX_TEXTS, text_column


@pytest.mark.parametrize("texts", [["b", None, "a", ""], pa.chunked_array([["b", None], ["a", ""]])])
def test_the_empty_text_and_none_are_missing(texts: object) -> None:
    column = text_column(texts)
    assert column is not None
    assert column.names == ("a", "b")
    assert column.codes.tolist() == [1, -1, 0, -1]


def test_a_thousand_different_texts_are_a_category_and_one_more_is_not() -> None:
    texts = [str(number) for number in range(MAX_TEXTS)]
    assert text_column([*texts, "", "0"]) is not None
    assert text_column([*texts, "one more"]) is None


def test_a_long_text_is_not_a_category() -> None:
    assert text_column(["x" * MAX_LENGTH]) is not None
    assert text_column(["x" * (MAX_LENGTH + 1)]) is None


def test_nothing_but_missing_texts_is_a_column_without_names() -> None:
    column = text_column([None, ""])
    assert column is not None
    assert (column.names, column.codes.tolist()) == ((), [-1, -1])
