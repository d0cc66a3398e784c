import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.scorers import multi_label
from al_core.scorers.multi_label import ScorerMultiLabel, binary_entropy


def test_entropies_are_those_of_a_table_of_logarithms() -> None:
    # H(1/4) = 2 - 3/4 log2 3 = 0.8112781 bits.
    scores = ScorerMultiLabel([[0.25, 0.5, 1.0]]).calculate_scores()
    np.testing.assert_allclose(scores["mean_binary_entropy"], [(0.8112781 + 1) / 3], atol=1e-7)
    assert scores["max_binary_entropy"].tolist() == [1]


def test_a_row_that_is_not_finite_scores_0_and_one_beyond_certainty_is_certain() -> None:
    scores = ScorerMultiLabel(np.array([[np.nan, 0.5], [1.00001, -0.00001]], np.float32)).calculate_scores()
    assert scores["mean_binary_entropy"].tolist() == [0, 0]


def test_chunks_give_what_one_pass_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.random.default_rng(0).random((7, 3), np.float32)
    monkeypatch.setattr(multi_label, "CHUNK_SIZE", 6)
    scores = ScorerMultiLabel(probabilities).calculate_scores()
    np.testing.assert_array_equal(scores["mean_binary_entropy"], binary_entropy(probabilities).mean(axis=1))


def test_anything_but_rows_of_probabilities_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"not \(2,\)"):
        ScorerMultiLabel([0.5, 0.5])
