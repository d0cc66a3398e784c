import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.curve_draws import SLOW_SHAPES, USUAL_SHAPES, CurveDraws, draw_curves
from al_core.exceptions import InvalidInputError

ROUNDS = np.array([100.0, 200, 300, 400, 500, 600])


def curves_of(accuracies: NDArray[np.float64], variance: float = 1e-6) -> CurveDraws:
    return draw_curves(ROUNDS, accuracies, variance * np.eye(len(ROUNDS)), np.random.default_rng(0))


def test_a_curve_is_followed_by_its_formula() -> None:
    # 0.9 - 4 (n + 0)^(-1/2): at 400 labels 0.7, at 1,600 labels 0.8.
    curve = CurveDraws(400.0, np.array([0.7]), np.array([0.2]), np.zeros(1), np.array([0.5]))
    assert curve.gains(1200) == pytest.approx([0.1])
    assert curve.labels_for(0.8) == pytest.approx([1600])
    assert curve.labels_for(0.7) == pytest.approx([400])
    assert np.isinf(curve.labels_for(0.9)[0])


def test_an_offset_moves_the_curve_along_the_labels() -> None:
    # 0.9 - 100 / (n + 100): at 400 labels 0.7, at 900 labels 0.8.
    curve = CurveDraws(400.0, np.array([0.7]), np.array([0.2]), np.array([100.0]), np.ones(1))
    assert curve.gains(500) == pytest.approx([0.1])
    assert curve.labels_for(0.8) == pytest.approx([900])


def test_curves_rise_and_end_at_one() -> None:
    curves = curves_of(0.95 - 3 * ROUNDS**-0.6, 1e-4)
    assert curves.is_curve
    assert curves.steepness.min() >= 0
    assert (curves.level + curves.steepness).max() <= 1


@pytest.mark.parametrize("exponent", [0.4, 0.8, 1.4])
def test_the_next_gain_of_a_power_law_lies_among_the_draws(exponent: float) -> None:
    scale = 0.3 * 100**exponent
    gains = curves_of(0.9 - scale * ROUNDS**-exponent).gains(100)
    low, high = np.quantile(gains, [0.02, 0.98])
    assert low < scale * (600**-exponent - 700**-exponent) < high


def test_what_all_rounds_share_moves_the_level_and_not_the_gain() -> None:
    accuracies = 0.9 - 20 * ROUNDS**-0.9
    alone = draw_curves(ROUNDS, accuracies, 1e-5 * np.eye(6), np.random.default_rng(0))
    shared = draw_curves(ROUNDS, accuracies, 1e-5 * np.eye(6) + 4e-4, np.random.default_rng(0))
    assert np.std(shared.level) > 3 * np.std(alone.level)
    assert np.std(shared.gains(100)) < 1.3 * np.std(alone.gains(100))


def test_rounds_that_fall_lie_on_no_curve() -> None:
    assert not curves_of(0.9 - ROUNDS / 2000).is_curve


def test_slow_shapes_level_off_less_often_than_usual_ones() -> None:
    accuracies = 0.9 - 20 * ROUNDS**-0.9
    usual, slow = (
        draw_curves(ROUNDS, accuracies, 1e-4 * np.eye(6), np.random.default_rng(0), prior)
        for prior in (USUAL_SHAPES, SLOW_SHAPES)
    )
    never = [np.isinf(curves.labels_for(0.88)).mean() for curves in (usual, slow)]
    assert never[1] < never[0] / 2


def test_two_rounds_and_rounds_without_labels_are_refused() -> None:
    for labels in ([100.0, 200.0], [0.0, 100.0, 200.0]):
        with pytest.raises(InvalidInputError, match="3 rounds with training labels"):
            draw_curves(np.array(labels), np.full(len(labels), 0.5), np.eye(len(labels)), np.random.default_rng(0))
