import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.curve_draws import SLOW_SHAPES, draw_curves
from al_core.evaluation.forecast import LearningCurve, forecast
from al_core.evaluation.intervals import difference
from al_core.evaluation.statistic import Refusal
from al_core.exceptions import InvalidInputError

ROUNDS = np.array([100, 200, 300, 400, 500, 600])


def paired_outcomes(accuracies: NDArray[np.float64], n_tests: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return outcomes of models that are right on the easy samples first, each with some luck of its own."""
    difficulty = rng.random(n_tests)
    luck = rng.random((len(accuracies), n_tests))
    shuffled = np.where(rng.random((len(accuracies), n_tests)) < 0.05, luck, difficulty)
    return np.asarray(shuffled < accuracies[:, None])


def truth(n_labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(0.92 - 20 * n_labels**-0.9)


def curve_of(n_tests: int, seed: int) -> LearningCurve:
    return LearningCurve(ROUNDS, paired_outcomes(truth(ROUNDS), n_tests, np.random.default_rng(seed)))


def test_three_rounds_are_refused_but_the_last_gain_is_told() -> None:
    curve = curve_of(300, seed=0)
    few = LearningCurve(ROUNDS[:3], curve.outcomes[:3])
    result = forecast(few, target=0.9, n_next=100)
    assert result.needed.text() == result.gain.text() == "3 rounds; a forecast needs 4"
    assert result.last_gain == difference(few.outcomes[1], few.outcomes[2])
    first = forecast(LearningCurve(ROUNDS[:1], curve.outcomes[:1]), target=0.9, n_next=100)
    assert first.last_gain.text() == "1 round; a gain needs 2"


def test_a_curve_that_rises_steadily_has_a_next_gain_but_no_end() -> None:
    right = np.arange(1000) < 1000 * (0.1 * np.log(ROUNDS))[:, None]
    result = forecast(LearningCurve(ROUNDS, right), target=0.9, n_next=100)
    assert result.needed.text() == "more than 1,800 more labels, farther than the curve can be followed"
    assert result.gain.speaks
    assert result.gain.low < 0.1 * np.log(7 / 6) < result.gain.high
    assert result.n_tests_to_speak is None


def test_a_curve_that_falls_is_refused() -> None:
    right = np.arange(400) < np.array([320, 300, 280, 250, 230, 200])[:, None]
    result = forecast(LearningCurve(ROUNDS, right), target=0.9, n_next=100)
    assert result.gain.text() == result.needed.text()
    assert result.gain.text().startswith("accuracy does not rise with the labels")
    assert result.last_gain.speaks
    assert result.last_gain.high < 0


def test_few_test_labels_tell_the_least_it_takes_and_how_many_would_tell_the_most() -> None:
    results = [forecast(curve_of(200, seed), target=0.88, n_next=100) for seed in range(12)]
    assert all(result.needed.text().endswith("needs 500 test labels, there are 200") for result in results)
    assert any(result.needed.text().startswith("at least ") for result in results)
    needs = {result.n_tests_to_speak for result in results} - {None}
    assert needs
    assert needs <= {800, 1600, 3200, 6400}


def test_the_least_it_takes_is_rarely_too_many() -> None:
    truth_needed = (20 / 0.04) ** (1 / 0.9) - 600
    texts = [forecast(curve_of(200, seed), target=0.88, n_next=100).needed.text() for seed in range(40)]
    least = [int(text.split()[2].replace(",", "")) if text.startswith("at least") else 0 for text in texts]
    assert np.mean(np.array(least) <= truth_needed) >= 0.85


def test_where_it_speaks_the_range_mostly_holds_the_truth() -> None:
    needed_truth = (20 / 0.04) ** (1 / 0.9) - 600
    gain_truth = truth(np.array([700]))[0] - truth(np.array([600]))[0]
    hits: list[bool] = []
    gain_hits: list[bool] = []
    for seed in range(30):
        result = forecast(curve_of(1000, seed), target=0.88, n_next=100, seed=seed)
        if result.needed.speaks:
            hits.append(result.needed.low <= needed_truth <= result.needed.high)
        if result.gain.speaks:
            gain_hits.append(result.gain.low <= gain_truth <= result.gain.high)
    # Usual curves alone spoke in 8 of these 30 projects: one in eight of them levels off at once.
    assert len(hits) >= 15
    assert np.mean(hits) >= 0.75
    assert len(gain_hits) == 30
    assert np.mean(gain_hits) >= 0.75


def test_a_target_above_where_the_curve_levels_off_is_said_to_be_so() -> None:
    right = np.arange(5000) < 5000 * (0.8 - 0.2 * 0.5 ** np.arange(6))[:, None]
    result = forecast(LearningCurve(100 * 2 ** np.arange(6), right), target=0.85, n_next=100)
    assert not result.needed.speaks
    assert result.needed.text() == "the curve levels off below 85.0%"


def test_a_target_that_no_project_reaches_is_mostly_refused() -> None:
    spoken = [forecast(curve_of(1000, seed), target=0.935, n_next=100, seed=seed).needed.speaks for seed in range(20)]
    assert np.mean(spoken) <= 0.2


def test_the_upper_end_is_that_of_slow_curves_stretched() -> None:
    curve = curve_of(1000, seed=3)
    later = curve.without_first()
    slow = draw_curves(
        later.n_labels.astype(float), later.accuracies, later.covariance(), np.random.default_rng(3), SLOW_SHAPES
    )
    most = np.quantile(slow.labels_for(0.88), 0.9, method="inverted_cdf")
    needed = forecast(curve, target=0.88, n_next=100, seed=3).needed
    assert needed.speaks
    assert needed.high + 600 == pytest.approx(600 * (most / 600) ** 1.5)


def test_a_flat_curve_expects_no_gain() -> None:
    right = np.tile(np.arange(500) < 400, (5, 1))
    result = forecast(LearningCurve(ROUNDS[:5], right), target=0.9, n_next=100)
    assert result.gain.speaks
    assert (result.gain.low, result.gain.high) == pytest.approx((0, 0), abs=3e-3)
    assert not result.needed.speaks


def test_a_target_already_reached_needs_no_more_labels() -> None:
    result = forecast(curve_of(2000, seed=1), target=0.7, n_next=100)
    assert result.needed.speaks
    assert (result.needed.low, result.needed.high) == (0, 0)


def test_rounds_that_scatter_around_a_fall_ask_for_no_number_of_test_labels() -> None:
    # With 60 test labels a fall of 2 points may be luck; with 30 times as many it would be none.
    for fall in range(8):
        right = np.arange(60) < np.array([50, 50, 50, 50, 50 - fall // 2, 50 - fall])[:, None]
        result = forecast(LearningCurve(ROUNDS, right), target=0.84, n_next=100)
        assert result.needed.text()
        assert result.n_tests_to_speak is None or result.n_tests_to_speak >= 500


def test_groups_widen_the_range() -> None:
    rng = np.random.default_rng(0)
    right = np.repeat(paired_outcomes(truth(ROUNDS), 100, rng), 10, axis=1)
    alone = forecast(LearningCurve(ROUNDS, right), target=0.88, n_next=100)
    grouped = forecast(LearningCurve(ROUNDS, right, np.repeat(np.arange(100), 10)), target=0.88, n_next=100)
    assert alone.gain.speaks
    assert grouped.gain.speaks
    assert grouped.gain.high - grouped.gain.low > alone.gain.high - alone.gain.low
    few = forecast(LearningCurve(ROUNDS, right, np.repeat(np.arange(5), 200)), target=0.88, n_next=100)
    assert few.needed.text() == "5 test groups; a forecast needs 8"


def test_a_few_test_labels_are_refused_and_say_how_many_are_needed() -> None:
    few = forecast(LearningCurve(ROUNDS, np.ones((6, 49))), target=0.9, n_next=100)
    assert (few.gain.text(), few.n_tests_to_speak) == ("49 test labels; a forecast needs 50", 50)
    leveling = np.arange(60)[None] < np.array([20, 40, 47, 49, 50, 50])[:, None]
    some = forecast(LearningCurve(ROUNDS, leveling), target=0.88, n_next=100)
    assert some.gain.speaks
    assert isinstance(some.needed, Refusal)
    assert some.needed.n_needed == 500
    assert some.needed.text().endswith("needs 500 test labels, there are 60")


def test_rounds_must_be_judged_on_the_same_labels_and_rise() -> None:
    with pytest.raises(InvalidInputError, match=r"each of the 6 rounds needs its outcomes .* not \(5, 9\)"):
        LearningCurve(ROUNDS, np.ones((5, 9)))
    with pytest.raises(InvalidInputError, match="leave out rounds that added none"):
        LearningCurve(np.array([100, 100]), np.ones((2, 9)))
