from typing import Any

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.selection.strategies import Diversity
from al_core.selection.strategies.base import pick_one_by_one

LINE = np.array([[0.0], [1.0], [4.0], [9.0]])
ROWS = np.array([1, 2, 3])
NOBODY = np.array([], np.int64)


def test_a_row_is_worth_its_distance_to_the_nearest_chosen_row() -> None:
    nearest = Diversity(LINE, normalize=False).changing(ROWS, np.array([0]))
    assert nearest.factors().tolist() == [1, 4, 9]
    nearest.choose(2)
    assert nearest.factors().tolist() == [1, 4, 0]


def test_before_the_first_choice_all_rows_are_equal() -> None:
    assert Diversity(LINE, normalize=False).changing(ROWS, NOBODY).factors().tolist() == [1, 1, 1]


def test_a_row_nearer_than_the_least_distance_is_out() -> None:
    nearest = Diversity(LINE, strength=2, min_distance=2, normalize=False).changing(ROWS, np.array([0]))
    assert nearest.factors().tolist() == [-1, 16, 81]


@pytest.mark.parametrize("strength", [0.5, 1, 2])
@pytest.mark.parametrize("min_distance", [-1, 1.5])
def test_the_engine_picks_what_one_by_one_picks(strength: float, min_distance: float) -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(200, 3))
    constant = rng.random(190)
    rows = np.arange(10, 200)
    diversity = Diversity(embeddings, strength, min_distance, normalize=False)

    def start() -> Any:
        return diversity.changing(rows, np.arange(10))

    expected = pick_one_by_one([start()], constant, 40, lambda done, total: None)
    assert start().pick(constant, 40, lambda done, total: None) == expected


def test_a_strength_of_zero_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="strength of Diversity is above 0, not 0"):
        Diversity(LINE, 0)
