import numpy as np
import pytest

from al_core.config import Balance
from al_core.selection import ClassShares, GoalArrays, shortage
from al_core.selection.shortage import Shortage


def test_a_row_of_several_classes_has_their_mean_shortage() -> None:
    shares = np.array([[1, 0], [1, 1], [0, 1]], np.float64)
    state = Shortage(
        [Balance()],
        GoalArrays(class_shares=ClassShares(shares, ("cat", "dog"))),
        np.arange(3),
        np.array([]).astype(np.int64),
    )
    assert state.of_all().tolist() == [0.5, 0.5, 0.5]
    state.choose(0)
    # cat: 0.5 / 2.
    assert state.of_all().tolist() == [0.25, 0.375, 0.5]


def test_shares_are_rounded_where_too_many_rows_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortage, "MAX_BUCKETS", 3)
    shares = np.array([[0.95, 0.05], [0.8, 0.2], [0.7, 0.3], [0.2, 0.8]])
    state = Shortage(
        [Balance()],
        GoalArrays(class_shares=ClassShares(shares, ("cat", "dog"))),
        np.arange(4),
        np.array([]).astype(np.int64),
    )
    # To eighths there are four, to quarters 1, 3/4, 3/4 and 1/4.
    assert len(state.factors) == 3


def test_where_even_quarters_differ_too_much_the_largest_group_stands_for_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shortage, "MAX_BUCKETS", 2)
    shares = np.array([[0.9, 0.1], [0.5, 0.5], [0.3, 0.7], [0, 0], [np.nan, np.nan]])
    state = Shortage(
        [Balance()], GoalArrays(class_shares=ClassShares(shares, ("cat", "dog"))), np.arange(5), np.array([], np.int64)
    )
    # The first among equals; what shows nothing is in no group.
    assert state.of_all().tolist() == [0.5, 0.5, 0.5, 0, 0]
    state.choose(0)
    # cat: 0.5 / 1.9.
    assert state.of_all() == pytest.approx([0.5 / 1.9, 0.5 / 1.9, 0.5 / 1.1, 0, 0])
