import numpy as np
import pytest

from al_core.formats.tables.sample import Content, n_sample_rows, sample_of_texts, sample_of_values


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (["0.5", "1"], Content.NUMBERS),
        (["0", "1", ""], Content.INTEGERS),
        (["", "NA"], Content.EMPTY),
        (["True", "false"], Content.FLAGS),
        (["a.png", "b.png"], Content.TEXTS),
        (["[0.5 1e-3]"], Content.LISTS),
        (["['cat' 'dog']"], Content.CLASS_LISTS),
        (["0.5", "0.25", "high"], Content.NUMBERS),
        (["1_0", "a"], Content.TEXTS),
    ],
)
def test_cells_of_text_files_are_what_most_of_them_say(cells: list[str], content: Content) -> None:
    assert sample_of_texts("x", cells).content is content


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        ([0.5, None], Content.NUMBERS),
        ([0, 1], Content.INTEGERS),
        ([0, 0.5], Content.NUMBERS),
        ([True, False], Content.FLAGS),
        ([None, float("nan")], Content.EMPTY),
        (["a.png"], Content.TEXTS),
        ([[0.5, 0.5], None], Content.LISTS),
        ([["cat"]], Content.CLASS_LISTS),
        ([{"cat": 0.5}], Content.MAPPINGS),
        ([{"path": "a.png"}], Content.OTHER),
        ([[[1, 2]]], Content.OTHER),
    ],
)
def test_cells_of_json_are_what_most_of_them_are(cells: list[object], content: Content) -> None:
    assert sample_of_values("x", cells).content is content


def test_numbers_have_nan_where_there_is_none() -> None:
    np.testing.assert_array_equal(sample_of_texts("x", ["0.5", "", "high", "1"]).numbers, [0.5, np.nan, np.nan, 1])


def test_wide_tables_are_judged_by_fewer_rows() -> None:
    assert [n_sample_rows(n) for n in (3, 1000, 60_000)] == [1000, 200, 20]
