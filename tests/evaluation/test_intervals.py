from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.evaluation.intervals import accuracy, difference, independent_difference, share_interval, wilson
from al_core.evaluation.statistic import Interval, Statistic
from al_core.exceptions import InvalidInputError


def speaking(statistic: Statistic) -> Interval:
    assert statistic.speaks, statistic.text()
    return statistic


@pytest.mark.parametrize(
    ("n_right", "n", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_ends_are_those_published(n_right: int, n: int, low: float, high: float) -> None:
    interval = speaking(wilson(n_right, n))
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_without_test_labels_there_is_no_accuracy() -> None:
    refusal = accuracy(np.array([], bool))
    assert not refusal.speaks
    assert refusal.reason == "no test labels yet"


def test_accuracy_of_plain_labels_is_a_share() -> None:
    assert accuracy(np.array([True] * 9 + [False])) == share_interval(9, 10)


def test_each_end_of_a_share_is_the_outer_one_of_wilson_and_mid_p() -> None:
    # Mid-P ends of 1 in 29 from Newcombe, Statistics in Medicine 17 (1998), table I, method 6: 0.0017 and 0.1585.
    assert speaking(share_interval(1, 29)).low == pytest.approx(0.0017, abs=5e-5)
    assert speaking(share_interval(1, 29)).high == speaking(wilson(1, 29)).high
    # All of 20 right: mid-P begins where 0.5 p^20 = 0.025, Wilson's at 20 / (20 + 1.96²), farther out.
    assert speaking(share_interval(20, 20)).low == pytest.approx(20 / (20 + 1.96**2), abs=1e-4)
    assert speaking(share_interval(20, 20)).low < 0.05 ** (1 / 20)


def test_an_effective_number_of_labels_lies_between_whole_ones() -> None:
    widths = [speaking(share_interval(0.9 * n, n)) for n in (30, 30.5, 31)]
    assert widths[0].low < widths[1].low < widths[2].low
    assert widths[0].high > widths[1].high > widths[2].high


@pytest.mark.parametrize("n", [10, 15, 20, 30, 50, 100, 200])
def test_intervals_of_shares_hold_every_truth_often_enough(n: int) -> None:
    from scipy.stats import binom, hypergeom

    ends = np.array([[speaking(share_interval(k, n)).low, speaking(share_interval(k, n)).high] for k in range(n + 1)])
    n_right = np.arange(n + 1)[:, None]

    def coverages(shares: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.float64]:
        holds = (ends[:, :1] <= shares) & (shares <= ends[:, 1:])
        return np.asarray((chances * holds).sum(axis=0))

    shares = np.concatenate([np.linspace(0.5, 0.98, 400), np.linspace(0.98, 0.9999, 400)])
    endless = coverages(shares, binom.pmf(n_right, n, shares))
    assert endless.min() >= 0.925
    assert endless[:400].mean() >= 0.945
    # Populations of every usual size, each with every number of right predictions from a half on.
    for size in (2 * n, 5 * n, 10 * n, 900, 2500):
        rights = np.arange(size // 2, size + 1)
        assert coverages(rights / size, hypergeom.pmf(n_right, size, rights, n)).min() >= 0.925


@pytest.mark.parametrize("n", [10, 20, 50])
def test_intervals_of_differences_hold_every_truth_often_enough(n: int) -> None:
    from scipy.stats import multinomial

    # So many pairs that only the second and only the first model gets right; more are rarer than 1 in 10,000.
    kinds = [(better, worse) for better in range(n + 1) for worse in range(n + 1 - better) if better + worse <= 25]
    gains = [np.repeat([1, -1, 0], [better, worse, n - better - worse]) for better, worse in kinds]
    ends = np.array([[gain.low, gain.high] for gain in (speaking(difference(np.zeros(n), each)) for each in gains)])
    for better, worse in [(0.02, 0), (0.04, 0), (0.1, 0), (0.2, 0), (0.05, 0.05), (0.1, 0.02), (0.15, 0.1)]:
        chances = multinomial.pmf([(i, j, n - i - j) for i, j in kinds], n, [better, worse, 1 - better - worse])
        truth = better - worse
        holds = (ends[:, 0] <= truth + 1e-9) & (truth - 1e-9 <= ends[:, 1])
        assert chances[holds].sum() >= 0.915


def test_an_average_overlap_gets_a_bootstrap_interval_near_students() -> None:
    overlaps = np.random.default_rng(0).uniform(0.4, 0.9, 60)
    interval = speaking(accuracy(overlaps))
    half = 2.001 * overlaps.std(ddof=1) / np.sqrt(60)
    assert interval.value == pytest.approx(overlaps.mean())
    assert (interval.low, interval.high) == pytest.approx((overlaps.mean() - half, overlaps.mean() + half), abs=0.006)


def test_alike_images_of_a_group_widen_the_interval() -> None:
    group_is_right = np.random.default_rng(1).random(40) < 0.8
    right = np.repeat(group_is_right, 10)
    grouped = speaking(accuracy(right, np.repeat(np.arange(40), 10)))
    plain = speaking(accuracy(right))
    assert grouped.high - grouped.low > 2.5 * (plain.high - plain.low)
    assert grouped.n == plain.n == 400


def test_groups_that_are_all_right_count_as_one_observation_each() -> None:
    interval = speaking(accuracy(np.ones(100, bool), np.repeat(np.arange(10), 10)))
    expected = speaking(wilson(10, 10))
    assert (interval.low, interval.high, interval.n) == (expected.low, 1, 100)


def test_few_groups_are_refused() -> None:
    refusal = accuracy(np.arange(40) % 3 == 0, np.repeat(np.arange(4), 10))
    assert not refusal.speaks
    assert refusal.reason == "test labels of 4 groups; an interval needs 8"


def test_pairs_are_far_narrower_than_two_intervals() -> None:
    first = np.arange(200) % 5 != 0
    second = first | (np.arange(200) < 26)
    gain = speaking(difference(first, second))
    assert gain.value == pytest.approx(0.03)
    assert gain.low > 0
    apart = independent_difference(speaking(accuracy(first)), speaking(accuracy(second)))
    assert apart.low < 0


def test_ten_equal_pairs_do_not_claim_that_there_is_no_difference() -> None:
    right = np.arange(10) < 7
    gain = speaking(difference(right, right))
    assert gain.low <= -0.1
    assert gain.high >= 0.1


def test_the_interval_of_a_difference_holds_the_truth_in_nineteen_of_twenty_cases() -> None:
    rng = np.random.default_rng(0)
    n_covered = 0
    for seed in range(200):
        # Both right 70 %, only the second 15 %, only the first 5 %: the truth is 10 points.
        kinds = rng.choice(4, p=[0.7, 0.15, 0.05, 0.1], size=60)
        gain = speaking(difference(np.isin(kinds, [0, 2]), np.isin(kinds, [0, 1]), seed=seed))
        n_covered += gain.low <= 0.1 <= gain.high
    assert n_covered >= 184


def test_differences_over_groups_draw_whole_groups() -> None:
    rng = np.random.default_rng(2)
    group_gains = rng.choice([0, 1], size=30, p=[0.7, 0.3])
    groups = np.repeat(np.arange(30), 8)
    first = np.zeros(240)
    second = np.repeat(group_gains, 8).astype(float)
    grouped = speaking(difference(first, second, groups))
    plain = speaking(difference(first, second))
    assert grouped.high - grouped.low > 2 * (plain.high - plain.low)


def test_models_judged_on_different_labels_are_not_compared() -> None:
    with pytest.raises(InvalidInputError, match="3 outcomes of one and 2 of the other"):
        difference(np.ones(3), np.ones(2))


def test_a_difference_of_few_labels_is_refused() -> None:
    refusal = difference(np.ones(3), np.ones(3))
    assert not refusal.speaks
    assert (refusal.reason, refusal.n_needed) == ("3 test labels; an interval needs 8", 8)


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
both_shares = pytest.mark.parametrize("interval_of", [wilson, share_interval])


@both_shares
@given(counts)
def test_a_share_lies_in_its_interval_and_that_between_0_and_1(
    interval_of: Callable[[float, float], Statistic], count: tuple[int, int]
) -> None:
    interval = speaking(interval_of(*count))
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.low < interval.high


@both_shares
@given(counts)
def test_right_and_wrong_are_symmetric(
    interval_of: Callable[[float, float], Statistic], count: tuple[int, int]
) -> None:
    n_right, n = count
    interval = speaking(interval_of(n_right, n))
    mirrored = speaking(interval_of(n - n_right, n))
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((interval.low, interval.high), abs=1e-9)


@both_shares
@given(counts)
def test_one_more_right_answer_raises_both_ends(
    interval_of: Callable[[float, float], Statistic], count: tuple[int, int]
) -> None:
    n_right, n = count
    if n_right < n:
        fewer = speaking(interval_of(n_right, n))
        more = speaking(interval_of(n_right + 1, n))
        assert more.low > fewer.low
        assert more.high > fewer.high or (more.high, fewer.high) == (1, 1)


@both_shares
@given(counts, st.integers(2, 5))
def test_more_labels_of_the_same_share_narrow_the_interval(
    interval_of: Callable[[float, float], Statistic], count: tuple[int, int], factor: int
) -> None:
    few = speaking(interval_of(*count))
    many = speaking(interval_of(factor * count[0], factor * count[1]))
    assert many.low >= few.low
    assert many.high <= few.high


@both_shares
@given(counts, st.floats(0.5, 0.98))
def test_a_higher_level_widens_the_interval(
    interval_of: Callable[..., Statistic], count: tuple[int, int], level: float
) -> None:
    narrow = speaking(interval_of(*count, level=level))
    wide = speaking(interval_of(*count, level=level + 0.01))
    assert wide.low <= narrow.low
    assert wide.high >= narrow.high


@both_shares
def test_the_ends_of_one_label_none_and_all(interval_of: Callable[[float, float], Statistic]) -> None:
    assert not interval_of(0, 0).speaks
    wrong = speaking(interval_of(0, 1))
    right = speaking(interval_of(1, 1))
    # Wilson's ends at 0 and n of n are z² / (n + z²) and n / (n + z²); mid-P's 0.95 and 0.05 for one label. The outer.
    squared = 1.959964**2
    farther = squared / (1 + squared) if interval_of is wilson else max(0.95, squared / (1 + squared))
    assert (wrong.low, wrong.high) == pytest.approx((0, farther), abs=1e-6)
    assert (right.low, right.high) == pytest.approx((1 - farther, 1), abs=1e-6)
    all_right = speaking(interval_of(50, 50))
    assert all_right.high == 1
    assert all_right.low == pytest.approx(50 / (50 + squared), abs=1e-3)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=8, max_size=60))
@settings(max_examples=25, deadline=None)
def test_a_difference_lies_in_its_interval_and_turns_with_the_models(pairs: list[tuple[bool, bool]]) -> None:
    first, second = np.array(pairs).T
    gain = speaking(difference(first, second))
    assert gain.low <= gain.value <= gain.high
    loss = speaking(difference(second, first))
    assert loss.value == pytest.approx(-gain.value)
    # The bootstrap draws other pairs in the other direction.
    assert (-loss.high, -loss.low) == pytest.approx((gain.low, gain.high), abs=0.12)


def test_a_model_that_is_always_better_is_better_by_all_and_one_that_is_the_same_by_nothing() -> None:
    wrong, right = np.zeros(40), np.ones(40)
    assert speaking(difference(wrong, right)).value == 1
    assert speaking(difference(wrong, right)).high == 1
    assert speaking(difference(right, right)).value == 0
    assert speaking(difference(wrong[:8], right[:8])).low > 0
    assert not difference(wrong[:1], right[:1]).speaks
    assert not difference(wrong[:0], right[:0]).speaks


@given(counts, counts)
def test_a_difference_of_separate_shares_turns_with_them_and_holds_its_value(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    shares = [speaking(share_interval(*each)) for each in (first, second)]
    gain = independent_difference(shares[0], shares[1])
    loss = independent_difference(shares[1], shares[0])
    assert -1 - 1e-9 <= gain.low <= gain.value <= gain.high <= 1 + 1e-9
    assert (-loss.high, -loss.low) == pytest.approx((gain.low, gain.high))


@given(st.lists(st.floats(0, 1), min_size=8, max_size=60))
@settings(max_examples=25, deadline=None)
def test_an_average_lies_in_its_interval_and_that_between_0_and_1(outcomes: list[float]) -> None:
    interval = speaking(accuracy(np.array(outcomes)))
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
