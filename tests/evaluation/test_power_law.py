import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.power_law import LOWEST_EXPONENT, PowerLaw, fit_power_law
from al_core.exceptions import InvalidInputError

ROUNDS = np.array([50.0, 100.0, 150.0, 250.0, 400.0, 600.0])


def squared_error(
    curve: PowerLaw, accuracies: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    fitted = np.stack([curve.accuracy(n) for n in ROUNDS], axis=1)
    return np.asarray((weights * (fitted - accuracies) ** 2).sum(axis=1))


def test_every_fit_is_as_good_as_a_general_optimizer_from_three_starts() -> None:
    from scipy.optimize import least_squares

    rng = np.random.default_rng(0)
    accuracies = 0.9 - 3 * ROUNDS**-0.6 + rng.normal(0, 0.02, (20, 6))
    weights = rng.uniform(0.5, 2, 6)
    errors = squared_error(fit_power_law(ROUNDS, accuracies, weights), accuracies, weights)
    for row, error in zip(accuracies, errors, strict=True):

        def residuals(x: NDArray[np.float64], row: NDArray[np.float64] = row) -> NDArray[np.float64]:
            return np.asarray(np.sqrt(weights) * (x[0] - x[1] * (ROUNDS / 50) ** -x[2] - row))

        best = min(
            2 * least_squares(residuals, (0.9, 0.3, c), bounds=((0, 0, 0.01), (1, np.inf, 3))).cost
            for c in (0.3, 0.7, 1.2)
        )
        assert error <= best * (1 + 1e-4)


def test_a_curve_that_still_rises_steadily_is_at_its_bound() -> None:
    rising = fit_power_law(ROUNDS, (0.1 * np.log(ROUNDS) + 0.1)[None], np.ones(6))
    leveling = fit_power_law(ROUNDS, (0.8 - 10 * ROUNDS**-1.0)[None], np.ones(6))
    assert (rising.is_at_bound[0], leveling.is_at_bound[0]) == (True, False)


def test_a_falling_curve_is_flat_at_its_mean() -> None:
    curve = fit_power_law(ROUNDS, np.linspace(0.8, 0.7, 6)[None], np.ones(6))
    assert curve.scale[0] == 0
    assert curve.accuracy(1e6)[0] == pytest.approx(0.75)
    assert not curve.is_at_bound[0]
    assert curve.labels_for(0.7)[0] == 0
    assert curve.labels_for(0.76)[0] == np.inf


def test_the_optimistic_curve_ends_at_one() -> None:
    curve = fit_power_law(ROUNDS, (0.9 - 10 * ROUNDS**-1.0)[None], np.ones(6), asymptote=1)
    assert curve.asymptote[0] == 1
    assert curve.labels_for(0.95)[0] < np.inf


def test_a_target_above_the_asymptote_is_never_reached() -> None:
    curve = fit_power_law(ROUNDS, (0.9 - 4 * ROUNDS**-0.5)[None], np.ones(6))
    assert curve.labels_for(0.91)[0] == np.inf
    assert curve.labels_for(0.85)[0] == pytest.approx((4 / 0.05) ** 2, rel=1e-3)


def test_large_numbers_of_labels_do_not_vanish() -> None:
    n_labels = ROUNDS * 100_000
    curve = fit_power_law(n_labels, (0.9 - 0.2 * (n_labels / 5e6) ** -2.5)[None], np.ones(6))
    assert curve.exponent[0] == pytest.approx(2.5, rel=1e-3)
    assert curve.exponent[0] > LOWEST_EXPONENT


def test_rounds_without_training_labels_or_too_few_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"needs 3 rounds with training labels, not \[0, 10, 20\]"):
        fit_power_law(np.array([0, 10, 20]), np.ones((1, 3)), np.ones(3))
    with pytest.raises(InvalidInputError, match="needs 3 rounds"):
        fit_power_law(np.array([10, 20]), np.ones((1, 2)), np.ones(2))
