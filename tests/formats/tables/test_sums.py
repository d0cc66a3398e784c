import numpy as np
import pytest

from al_core.formats.tables.sums import distribution, residual

ROWS = np.random.default_rng(0).dirichlet(np.ones(4), 50)


@pytest.mark.parametrize("numbers", [ROWS, 100 * ROWS, np.log(ROWS)])
def test_probabilities_percent_and_logarithms_sum_to_1(numbers: np.ndarray) -> None:
    assert residual(numbers) < 1e-12


@pytest.mark.parametrize("numbers", [3 * np.log(ROWS) + 5, np.full((3, 2), np.nan)])
def test_logits_and_nothing_do_not(numbers: np.ndarray) -> None:
    assert residual(numbers) == np.inf


@pytest.mark.parametrize("extra", [0.004, 0.013, 3.0, 0.5])
def test_a_column_too_many_is_left_out_however_small(extra: float) -> None:
    numbers = np.column_stack([np.full(len(ROWS), extra), ROWS])
    found = distribution(numbers, range(5))
    assert found is not None
    assert found[0] == [1, 2, 3, 4]


def test_rounding_to_two_decimals_is_no_reason_to_leave_a_column_out() -> None:
    found = distribution(ROWS.round(2), range(4))
    assert found is not None
    assert found[0] == [0, 1, 2, 3]


def test_independent_probabilities_have_no_part_that_sums_to_1() -> None:
    assert distribution(np.random.default_rng(1).random((50, 8)), range(8)) is None


def test_percent_with_a_column_too_many_is_found() -> None:
    found = distribution(np.column_stack([100 * ROWS, np.full(len(ROWS), 7.0)]), range(5))
    assert found is not None
    assert found[0] == [0, 1, 2, 3]
