import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.selection import select

TWO_GROUPS = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])


def test_a_product_of_score_and_distance_decides_pick_by_pick() -> None:
    line = np.array([[0.0], [1.0], [3.0], [10.0]])
    scores = np.array([0.0, 1.0, 0.5, 0.2])
    config = SelectionConfig("CORAL", 4, normalize=False, coral="product")
    # 10 x 0.2 beats 3 x 0.5 and 1 x 1; then min(3, 7) x 0.5 beats 1 x 1.
    assert select(line, config, scores=scores, preselected_rows=[0]).tolist() == [3, 2, 1]


def test_strength_is_the_exponent_of_the_score() -> None:
    line = np.array([[0.0], [1.0], [10.0]])
    scores = np.array([0.0, 1.0, 0.2])

    def first(strength: float) -> int:
        config = SelectionConfig("CORAL", 2, normalize=False, coral="product", strength=strength)
        return int(select(line, config, scores=scores, preselected_rows=[0])[0])

    assert (first(1), first(2)) == (2, 1)


def test_an_unlabeled_product_starts_with_the_highest_score() -> None:
    config = SelectionConfig("CORAL", 1, coral="product", normalize=False)
    assert select(TWO_GROUPS, config, scores=np.array([0, 0.2, 0.7, 0.7, 0, 0])).tolist() == [2]


def test_coral_needs_scores_and_knows_its_two_forms() -> None:
    with pytest.raises(MissingInputError, match="CORAL needs scores"):
        select(TWO_GROUPS, SelectionConfig("CORAL", 2, normalize=False))
    with pytest.raises(InvalidInputError, match='"herding" or "product"'):
        SelectionConfig("CORAL", 2, coral="sum")  # type: ignore[arg-type]  # the value it refuses
    with pytest.raises(InvalidInputError, match="strength is a number from 0 to 100"):
        SelectionConfig("CORAL", 2, strength=-1)
