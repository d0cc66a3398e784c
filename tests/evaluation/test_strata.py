import numpy as np
import pytest

from al_core.evaluation.intervals import share_interval
from al_core.evaluation.strata import merged_strata, post_stratified, stratified


def test_one_stratum_is_a_plain_sample() -> None:
    result = stratified(np.arange(200) < 160, np.zeros(200, np.int64), np.ones(1))
    plain = share_interval(160, 200)
    assert result.speaks
    assert plain.speaks
    assert (result.value, result.low, result.high) == pytest.approx((plain.value, plain.low, plain.high), abs=1e-3)


def test_a_stratum_without_test_labels_is_refused() -> None:
    result = stratified(np.ones(10), np.zeros(10, np.int64), np.array([0.6, 0.4]))
    assert not result.speaks
    assert result.reason == "1 part of the population without a test label"


def test_test_labels_that_happen_to_be_easy_are_weighted_down() -> None:
    # Right exactly where confident; 4 of 5 test labels are confident, but half of the population is.
    confidence = np.concatenate([np.linspace(0.6, 1, 40), np.linspace(0, 0.4, 10)])
    population = np.concatenate([np.linspace(0.6, 1, 500), np.linspace(0, 0.4, 500)])
    result = post_stratified(confidence > 0.5, confidence, population)
    assert result.speaks
    assert result.value == pytest.approx(0.5, abs=0.1)
    assert result.low < 0.5 < result.high


def test_a_stratified_interval_is_narrower_where_confidence_tells_right_from_wrong() -> None:
    rng = np.random.default_rng(0)
    population = rng.random(5000)
    sampled = rng.choice(population, 200)
    right = rng.random(200) < np.where(sampled > 0.4, 0.98, 0.3)
    weighted = post_stratified(right, sampled, population)
    plain = share_interval(right.sum(), 200)
    assert weighted.speaks
    assert plain.speaks
    assert weighted.high - weighted.low < 0.8 * (plain.high - plain.low)


def test_intervals_after_stratification_hold_the_truth() -> None:
    rng = np.random.default_rng(1)
    population = rng.random(2000)
    is_right = rng.random(2000) < 0.4 + 0.6 * population
    n_covered = 0
    for _ in range(300):
        sample = rng.choice(2000, 40, replace=False)
        result = post_stratified(is_right[sample], population[sample], population)
        assert result.speaks
        n_covered += result.low <= is_right.mean() <= result.high
    assert n_covered >= 276


def test_few_labels_are_not_stratified() -> None:
    assert post_stratified(np.ones(4), np.ones(4), np.ones(50)) == share_interval(4, 4)


def test_equal_confidences_make_one_stratum() -> None:
    result = post_stratified(np.arange(50) < 40, np.ones(50), np.ones(500))
    assert result.speaks
    assert result.value == pytest.approx(0.8)


def test_strata_are_merged_until_each_has_five_labels() -> None:
    assert merged_strata(np.array([0, 0, 0, 0, 7])).tolist() == [0, 0, 0, 0, 0]
    assert merged_strata(np.array([5, 5, 5, 5, 5])).tolist() == [0, 1, 2, 3, 4]
    assert merged_strata(np.array([1, 1, 1, 1, 0])).tolist() == [0, 0, 0, 0, 0]
