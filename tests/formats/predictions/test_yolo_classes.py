import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.yolo_classes import CLASS_LINE, classes_of_lines


def test_all_classes_of_an_image_are_its_distribution() -> None:
    lines = [["0.60 cat", "0.41 big dog"], ["1.00 big dog", "0.00 cat"], []]
    predictions = classes_of_lines("labels", ["a.txt", "b.txt", "c.txt"], lines, None)
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == ["big dog", "cat"]
    expected = np.array([[0.41 / 1.01, 0.6 / 1.01], [1, 0], [np.nan, np.nan]])
    np.testing.assert_allclose(predictions.outputs, expected, rtol=1e-6)
    assert [finding.what for finding in predictions.findings] == ["probabilities-rounded"]


def test_of_the_most_probable_classes_nothing_is_made_up_for_the_others() -> None:
    lines = [["0.50 cat", "0.25 dog"], ["0.75 cow", "0.25 cat"]]
    table = classes_of_lines("labels", ["a.txt", "b.txt"], lines, ["dog", "cat", "cow", "hen"])
    assert isinstance(table, ScoreTable)
    assert table.filenames == ["a.txt", "b.txt"]
    assert table.scores["uncertainty_least_confidence"].tolist() == [0.5, 0.25]
    assert table.scores["uncertainty_margin"].tolist() == [0.75, 0.5]
    assert "entropy needs all classes" in table.findings[0].outcome


def test_the_same_few_of_many_classes_in_every_image_are_not_all_of_them() -> None:
    table = classes_of_lines("labels", ["a.txt"], [["0.20 cat", "0.10 dog"]], None)
    assert isinstance(table, ScoreTable)
    assert table.scores["uncertainty_least_confidence"].tolist() == [0.8]


def test_a_class_may_be_called_by_a_number() -> None:
    predictions = classes_of_lines("labels", ["a.txt", "b.txt"], [["0.75 7", "0.25 3"], ["1.00 3", "0.00 7"]], None)
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == ["3", "7"]
    np.testing.assert_allclose(predictions.outputs, np.array([[0.25, 0.75], [1, 0]]))


@pytest.mark.parametrize("line", ["3 0.75", "3 1", "0.75 0.5", "0.5 0.5 0.25 0.25 3"])
def test_two_numbers_without_a_clear_probability_are_no_class(line: str) -> None:
    assert not CLASS_LINE.fullmatch(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [("cat 0.5", "a.txt, line 1: expected a probability and a class, found 'cat 0.5'"), ("0.9 x", "sum to 1.80")],
)
def test_lines_of_another_kind_are_refused(line: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        classes_of_lines("labels", ["a.txt"], [[line, "0.9 y"]], None)
