from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, InvalidInputError, MissingInputError
from al_core.selection.request import Request, checked_rows, count_new, count_rows

EMBEDDINGS = np.eye(4)


def test_rows_are_sorted_and_may_come_in_any_form() -> None:
    shapes: list[Any] = [[3, 1], np.array([3, 1], np.uint8), (3, 1)]
    for rows in shapes:
        checked = checked_rows(rows, 4, "rows")
        assert checked.tolist() == [1, 3]
        assert checked.dtype == np.int64
    assert checked_rows([], 4, "rows").tolist() == []


@pytest.mark.parametrize(
    ("rows", "n_rows", "message"),
    [
        ([-1], None, "rows has row -1; rows are numbered from 0"),
        ([1, 4, 9], 4, "rows has row 4, but the dataset has rows 0 to 3"),
        ([1, 1], None, "rows has row 1 more than once"),
        ([0.5], 4, "rows is a list of row numbers, not float64"),
        ([[1]], 4, r"not int64 of shape \(1, 1\)"),
    ],
)
def test_rows_that_are_none_are_named(rows: list[int], n_rows: int | None, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        checked_rows(rows, n_rows, "rows")


def test_the_size_of_the_dataset_is_that_of_its_arrays() -> None:
    assert count_rows(EMBEDDINGS, np.zeros(4)) == 4
    assert count_rows(None, np.zeros(3)) == 3
    assert count_rows(EMBEDDINGS, None) == 4
    assert count_rows(None, None) is None


def test_what_is_left_of_the_number_asked_for_is_picked() -> None:
    assert count_new(10, 50, 4) == 6
    assert count_new(-1, 50, 4) == 50
    assert count_new(4, 0, 4) == 0
    with pytest.warns(ALCoreWarning, match="asked for 6 new rows, but only 5 are left"):
        assert count_new(10, 5, 4) == 5
    with pytest.raises(InvalidInputError, match="ask for more than 4"):
        count_new(3, 5, 4)
    with pytest.raises(InvalidInputError, match="nothing is left to select"):
        count_new(-1, 0, 4)


def test_a_request_joins_candidates_and_labeled_rows(request_for: Callable[..., Request]) -> None:
    request = request_for(EMBEDDINGS, SelectionConfig("CORESET", 3), labeled=[2])
    assert request.rows.tolist() == [0, 1, 2, 3]
    assert request.n_chosen == 3
    assert request.least_squared_distance == 0
    spaced = request_for(EMBEDDINGS, SelectionConfig("CORESET", 3, 0.5), labeled=[2])
    assert spaced.least_squared_distance == 0.25


def test_scores_are_those_of_the_candidates(request_for: Callable[..., Request]) -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4])
    request = request_for(EMBEDDINGS, SelectionConfig("CORAL", 3), labeled=[1], scores=scores)
    assert request.scores().tolist() == [0.1, 0.3, 0.4]
    with pytest.raises(MissingInputError, match="CORAL needs scores"):
        request_for(EMBEDDINGS, SelectionConfig("CORAL", 3)).scores()
