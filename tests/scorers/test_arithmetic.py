import numpy as np
import pytest

from al_core.scorers.arithmetic import worked_out
from al_core.scorers.classification import UNCERTAINTIES, ScorerClassification


@pytest.mark.parametrize("name", UNCERTAINTIES)
def test_a_sum_ends_with_the_score(name: str) -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    scores = ScorerClassification(probabilities).calculate_scores()[name]
    for row, score in zip(probabilities, scores, strict=True):
        assert worked_out(name, row).endswith(f" = {score:.3f}")


def test_a_single_probability_stands_for_two_classes() -> None:
    assert worked_out("uncertainty_margin", np.array([0.75])) == "1 − (0.750 − 0.250) = 0.500"


def test_other_scores_have_no_sum() -> None:
    assert worked_out("of my own", np.array([0.75, 0.25])) is None
