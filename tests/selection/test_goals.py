import numpy as np
import pytest

from al_core.config import Balance, Column, Goal, Novel, Prefer, SelectionConfig, Similar, Typical
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.selection import GoalArrays, goals, select

LINE = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
FLAT = np.full(5, 0.5)


def picks(goal: Goal, n: int, arrays: GoalArrays | None = None, labeled: tuple[int, ...] = ()) -> list[int]:
    """What ACTIVE_LEARNING picks of rows of equal scores: the goal alone decides."""
    config = SelectionConfig("ACTIVE_LEARNING", n + len(labeled), normalize=False, goals=[goal])
    picked: list[int] = select(LINE, config, scores=FLAT, arrays=arrays, preselected_rows=labeled).tolist()
    return picked


def test_prefer_takes_high_numbers_first_or_low_ones_and_rows_without_a_number_last() -> None:
    arrays = GoalArrays({"sharpness": np.array([0.2, np.nan, 0.1, 0.9, 0.5])})
    assert picks(Prefer("sharpness"), 5, arrays) == [3, 4, 0, 2, 1]
    assert picks(Prefer("sharpness", -1), 5, arrays) == [2, 0, 4, 3, 1]


def test_similar_takes_rows_near_the_given_vectors_first() -> None:
    arrays = GoalArrays(vectors={"hard": LINE[[4]]})
    assert picks(Similar("hard"), 3, arrays) == [4, 3, 2]
    assert picks(Similar("hard", -1), 2, arrays) == [0, 1]


def test_novel_takes_rows_far_from_the_labeled_ones_first() -> None:
    assert picks(Novel(), 2, labeled=(0,)) == [4, 3]
    assert picks(Novel(), 2) == [0, 1]


def test_typical_takes_the_dense_place_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goals, "TYPICAL_NEIGHBORS", 2)
    # Mean distances to two neighbors: 1.5, 1, 1.5, 8, 8.5, where 9 and 10 have each other and 2.
    assert picks(Typical(), 2) == [1, 0]


def test_balance_evens_out_groups_labeled_rows_included() -> None:
    arrays = GoalArrays({"camera": np.array(["a", "a", "a", "b", "b"])})
    # Counts a 2, b 1; then a 2, b 2: the lowest row; then a 3, b 2.
    assert picks(Balance(Column("camera")), 3, arrays, labeled=(0,)) == [3, 1, 4]


def test_balance_follows_a_target() -> None:
    arrays = GoalArrays({"camera": np.array(["a", "a", "a", "b", "b"])})
    # 0.9 / 1 and 0.1 / 1, then 0.45, 0.3.
    assert picks(Balance(Column("camera"), {"a": 9, "b": 1}), 3, arrays) == [0, 1, 2]
    assert picks(Balance(Column("camera"), "input"), 2, arrays) == [0, 3]


def test_numbers_out_of_range_and_missing_vectors_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="'sharpness' of row 1 is -1; what is preferred is a number from 0"):
        picks(Prefer("sharpness"), 2, GoalArrays({"sharpness": np.array([1.0, -1, 0, 0, 0])}))
    with pytest.raises(MissingInputError, match="nothing to be similar to"):
        picks(Similar("hard"), 2)
    with pytest.raises(InvalidInputError, match="the group 'c', but the groups are: 'a', 'b'"):
        picks(Balance(Column("camera"), {"c": 1}), 2, GoalArrays({"camera": np.array(["a", "b", "a", "b", "a"])}))


def test_low_numbers_keep_their_order_beside_a_zero() -> None:
    arrays = GoalArrays({"blur": np.array([0.0, 1, 2, 4, 8])})
    assert picks(Prefer("blur", -1), 5, arrays) == [0, 1, 2, 3, 4]
    config = SelectionConfig("CORESET", 3, normalize=False, goals=[Prefer("blur", -1)])
    # With a factor of 1 / blur: 0 comes first, then of 1·1, 2·1/2, 9/4 and 10/8 the third.
    assert select(LINE, config, arrays=arrays).tolist() == [0, 3, 1]


def test_a_column_of_zeros_says_nothing() -> None:
    arrays = GoalArrays({"boxes": np.zeros(5)})
    config = SelectionConfig("ACTIVE_LEARNING", 2, goals=[Prefer("boxes")])
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert select(None, config, scores=scores, arrays=arrays).tolist() == [4, 3]
