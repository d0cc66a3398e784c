import numpy as np
import pytest

from al_core.evaluation.ranking_power import ranking_auc, ranking_sentence
from al_core.exceptions import InvalidInputError


def test_the_auc_counts_pairs_and_ties_half() -> None:
    scores = np.round(np.random.default_rng(0).random(60), 1)
    is_right = np.arange(60) < 35
    pairs = scores[~is_right][:, None] - scores[is_right][None]
    auc = ranking_auc(scores, is_right)
    assert auc.speaks
    assert auc.value == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_a_score_without_meaning_holds_one_half_in_its_interval() -> None:
    rng = np.random.default_rng(1)
    n_covered = 0
    for _ in range(300):
        auc = ranking_auc(rng.random(80), rng.random(80) < 0.7)
        assert auc.speaks
        n_covered += auc.low <= 0.5 <= auc.high
    assert 276 <= n_covered <= 296


def test_a_perfect_score_from_few_labels_is_not_certain() -> None:
    auc = ranking_auc(np.arange(20) / 20, np.arange(20) < 10)
    assert auc.speaks
    assert (auc.value, auc.high) == (1, 1)
    assert 0.75 < auc.low < 0.9


def test_right_predictions_alone_say_nothing() -> None:
    auc = ranking_auc(np.arange(50) / 50, np.ones(50, bool))
    assert not auc.speaks
    assert ranking_sentence(auc).startswith("Whether the score ranks is unknown: 50 right and 0 wrong predictions")


def test_scores_that_are_missing_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="each of the 2 test labels needs one score"):
        ranking_auc(np.array([0.5, np.nan]), np.array([True, False]))


def test_the_sentence_says_whether_the_score_ranks() -> None:
    good = ranking_auc(np.arange(200) / 200, np.arange(200) < 150)
    assert ranking_sentence(good).startswith("The score ranks: a wrong prediction has the higher score in 100.0%")
