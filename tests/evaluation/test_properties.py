"""Statistics against what their definitions say, counted one by one."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core.evaluation import Interval, confusion_matrix, post_stratified, ranking_auc
from al_core.evaluation.class_metrics import LEAST_PER_CLASS, class_table
from al_core.evaluation.statistic import Statistic
from al_core.evaluation.strata import LEAST_PER_STRATUM, N_STRATA, merged_strata, stratified

# A busy machine is slow, and the same cases everywhere fail everywhere or nowhere.
COUNTED = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# Few values, so that ties are common.
SCORES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
OUTCOMES = st.lists(st.booleans(), min_size=10, max_size=30)


def spoken(statistic: Statistic) -> Interval:
    """Return a statistic that is no refusal."""
    assert isinstance(statistic, Interval)
    return statistic


@st.composite
def ranked(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    """Scores of right and of wrong predictions, enough of both."""
    scores = st.lists(SCORES, min_size=10, max_size=25)
    return draw(scores), draw(scores)


@COUNTED
@given(ranked())
def test_an_auc_is_the_share_of_pairs_in_which_the_wrong_one_is_higher(
    samples: tuple[list[float], list[float]],
) -> None:
    right, wrong = samples
    scores = np.array(right + wrong)
    is_right = np.arange(len(scores)) < len(right)
    pairs = [1.0 if high > low else 0.5 if high == low else 0.0 for high, low in product(wrong, right)]
    auc = spoken(ranking_auc(scores, is_right))
    assert auc.value == pytest.approx(np.mean(pairs))
    assert 0 <= auc.low <= auc.value <= auc.high <= 1
    # What turns the order around turns the ends around, and what keeps it keeps them.
    turned = spoken(ranking_auc(1 - scores, is_right))
    assert (turned.value, turned.low, turned.high) == pytest.approx((1 - auc.value, 1 - auc.high, 1 - auc.low))
    assert ranking_auc(scores**3, is_right) == auc


@st.composite
def labeled_strata(draw: st.DrawFn) -> tuple[list[list[bool]], list[float]]:
    """Outcomes of two to four strata, and how much of the population each of them is."""
    outcomes = draw(st.lists(st.lists(st.booleans(), min_size=3, max_size=12), min_size=2, max_size=4))
    weights = draw(st.lists(st.integers(1, 9), min_size=len(outcomes), max_size=len(outcomes)))
    return outcomes, [weight / sum(weights) for weight in weights]


@COUNTED
@given(labeled_strata())
def test_stratified_accuracy_is_the_mean_of_strata_by_their_share(drawn: tuple[list[list[bool]], list[float]]) -> None:
    outcomes, shares = drawn
    values = np.array([value for stratum in outcomes for value in stratum], float)
    strata = np.repeat(np.arange(len(outcomes)), [len(stratum) for stratum in outcomes])
    expected = sum(share * sum(stratum) / len(stratum) for share, stratum in zip(shares, outcomes, strict=True))
    accuracy = spoken(stratified(values, strata, np.array(shares)))
    assert accuracy.value == pytest.approx(expected)
    assert accuracy.low - 1e-9 <= accuracy.value <= accuracy.high + 1e-9
    order = np.random.default_rng(0).permutation(len(values))
    shuffled = spoken(stratified(values[order], strata[order], np.array(shares)))
    assert shuffled.value == pytest.approx(accuracy.value)
    errors = spoken(stratified(1 - values, strata, np.array(shares)))
    assert (errors.low, errors.high) == pytest.approx((1 - accuracy.high, 1 - accuracy.low))


@COUNTED
@given(OUTCOMES, st.data())
def test_test_labels_with_the_mix_of_the_population_need_no_weights(outcomes: list[bool], data: st.DataObject) -> None:
    confidence = np.array(data.draw(st.lists(SCORES, min_size=len(outcomes), max_size=len(outcomes))))
    accuracy = spoken(post_stratified(np.array(outcomes), confidence, np.repeat(confidence, 3)))
    assert accuracy.value == pytest.approx(np.mean(outcomes))


@COUNTED
@given(st.lists(st.integers(0, 12), min_size=N_STRATA, max_size=N_STRATA))
def test_strata_are_merged_with_their_neighbors_until_each_has_enough_labels(counts: list[int]) -> None:
    merged = merged_strata(np.array(counts)).tolist()
    assert merged[0] == 0
    assert all(after - before in (0, 1) for before, after in pairwise(merged))
    sums = [
        sum(count for count, place in zip(counts, merged, strict=True) if place == number) for number in set(merged)
    ]
    assert min(sums) >= LEAST_PER_STRATUM or len(sums) == 1
    assert sum(sums) == sum(counts)


@COUNTED
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_figures_of_a_class_are_counts_of_its_samples(samples: list[tuple[int, int]]) -> None:
    labels, predicted = (np.array(classes, np.int64) for classes in zip(*samples, strict=True))
    confusion = confusion_matrix(labels, predicted, 3)
    assert all(confusion[i, j] == samples.count((i, j)) for i, j in product(range(3), repeat=2))
    for number, result in enumerate(class_table(confusion)):
        of_class = [named for labeled, named in samples if labeled == number]
        said = [labeled for labeled, named in samples if named == number]
        assert (result.n_labels, result.n_predicted) == (len(of_class), len(said))
        for statistic, some in ((result.recall, of_class), (result.precision, said)):
            assert statistic.speaks == (len(some) >= LEAST_PER_CLASS)
            if statistic.speaks:
                assert statistic.value == pytest.approx(some.count(number) / len(some))
                assert statistic.low <= statistic.value <= statistic.high
