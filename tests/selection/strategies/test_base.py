from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.selection.goals import scaled_power
from al_core.selection.strategies.base import Changing, Strategy, pick_one_by_one


class Rising(Changing):
    """Candidate i is worth i + 1, halved whenever its neighbor is chosen."""

    def __init__(self, n: int) -> None:
        self.worth = np.arange(1.0, n + 1)

    def factors(self) -> NDArray[Any]:
        return self.worth

    def choose(self, candidate: int) -> None:
        self.worth[[max(candidate - 1, 0), min(candidate + 1, len(self.worth) - 1)]] /= 2


def test_a_strategy_that_says_nothing_changes_nothing() -> None:
    rows = np.array([4, 7])
    assert Strategy().allows(rows).tolist() == [True, True]
    assert Strategy().constant(rows).tolist() == [1, 1]
    assert Strategy().changing(rows, rows) is None


def test_the_highest_product_is_picked_and_factors_change_in_between() -> None:
    calls = []
    picked = pick_one_by_one([Rising(4)], np.ones(4), 3, lambda done, total: calls.append((done, total)))
    # 4 wins and halves 3: 1, 2, 1.5; then 2 wins and halves both its neighbors: 0.5, 0.75.
    assert picked == [3, 1, 2]
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_constant_and_changing_factors_multiply() -> None:
    assert Rising(3).pick(np.array([9.0, 1, 1]), 1, lambda done, total: None) == [0]


def test_a_candidate_below_zero_is_not_picked_any_more() -> None:
    class Two(Changing):
        def factors(self) -> NDArray[Any]:
            return np.array([1.0, -1, 1])

        def choose(self, candidate: int) -> None:
            pass

    assert Two().pick(np.ones(3), 3, lambda done, total: None) == [0, 2]


@pytest.mark.parametrize(("strength", "expected"), [(1, [0.25, 1]), (0.5, [0.5, 1]), (-1, [4, 1]), (0, [1, 1])])
def test_an_objective_is_scaled_before_it_is_raised(strength: float, expected: list[float]) -> None:
    assert scaled_power(np.array([2.0, 8.0]), strength).tolist() == expected


def test_an_objective_of_zero_stays_finite_for_a_negative_strength() -> None:
    assert np.isfinite(scaled_power(np.zeros(2), -2)).all()
