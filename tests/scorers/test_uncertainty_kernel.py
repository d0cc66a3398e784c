from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.scorers.uncertainty import uncertainties_in_numpy
from al_core.scorers.uncertainty_kernel import uncertainties_in_numba

TOLERANCE = {np.float32: 2e-6, np.float64: 1e-13}
NO_BOUNDS = (-np.inf, np.inf)


def scores_of(
    score: Callable[..., Any], probabilities: NDArray[Any], divisors: NDArray[Any], bounds: Any
) -> NDArray[Any]:
    scores = np.empty((3, len(probabilities)), probabilities.dtype)
    score(probabilities, divisors, bounds, scores)
    return scores


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n_rows", "n_classes"), [(1, 2), (383, 3), (384, 17), (385, 16), (1000, 100)])
def test_the_kernel_equals_numpy(dtype: type[np.floating], n_rows: int, n_classes: int) -> None:
    rng = np.random.default_rng(n_rows)
    probabilities = rng.dirichlet(np.full(n_classes, 0.3), n_rows).astype(dtype)
    for largest, bounds in (([1, 1, 1], NO_BOUNDS), ([0.5, 1, 2], (0, 1))):
        divisors = np.array(largest, dtype)
        scores = scores_of(uncertainties_in_numba, probabilities, divisors, bounds)
        expected = scores_of(uncertainties_in_numpy, probabilities, divisors, bounds)
        np.testing.assert_allclose(scores, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_entropy_of_every_magnitude_is_exact_to_the_last_bits(dtype: type[np.floating]) -> None:
    info = np.finfo(dtype)
    p = np.geomspace(info.tiny, 1, 20_001, dtype=np.float64).astype(dtype)
    probabilities = np.stack([p, np.zeros_like(p)], axis=1)
    _, _, entropy = scores_of(uncertainties_in_numba, probabilities, np.ones(3, dtype), NO_BOUNDS)
    expected = -p.astype(np.longdouble) * np.log2(p.astype(np.longdouble))
    np.testing.assert_allclose(entropy, expected.astype(np.float64), rtol=6 * float(info.eps), atol=float(info.tiny))


@pytest.mark.parametrize("special", [0.0, -0.0, -0.25, 1.0, 1e-40, np.nan, np.inf, -np.inf])
def test_special_values_score_as_in_numpy(special: float) -> None:
    probabilities = np.array([[special, 0.25, 0.5], [0.25, special, 0.5], [special, special, special]])
    divisors = np.array([2 / 3, 1, np.log2(3)])
    scores = scores_of(uncertainties_in_numba, probabilities, divisors, (0, 1))
    np.testing.assert_allclose(scores, scores_of(uncertainties_in_numpy, probabilities, divisors, (0, 1)), atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_entropy_of_a_certain_row_is_0_and_not_minus_0(dtype: type[np.floating]) -> None:
    certain = np.eye(3, dtype=dtype)
    for score in (uncertainties_in_numba, uncertainties_in_numpy):
        _, _, entropy = scores_of(score, certain, np.ones(3, dtype), NO_BOUNDS)
        assert not np.signbit(entropy).any()
