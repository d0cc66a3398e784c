import numpy as np
import pytest

from al_core.steps.row_sets import NO_ROWS, union, within, without


def some_rows(seed: int) -> np.ndarray:
    return np.flatnonzero(np.random.default_rng(seed).random(200) < 0.4)


@pytest.mark.parametrize("seed", range(5))
def test_sets_are_those_of_numpy(seed: int) -> None:
    rows, others = some_rows(seed), some_rows(seed + 100)
    assert union([rows, others]).tolist() == np.union1d(rows, others).tolist()
    assert without(rows, others).tolist() == np.setdiff1d(rows, others).tolist()
    assert within(rows, others).tolist() == np.intersect1d(rows, others).tolist()


def test_groups_of_a_union_may_repeat_rows_in_any_order() -> None:
    assert union([np.array([5, 0, 5]), np.array([3, 0])]).tolist() == [0, 3, 5]


def test_sets_without_rows_are_sets() -> None:
    rows = np.array([0, 2])
    assert union([]).tolist() == []
    assert union([]).dtype == np.int64
    assert union([NO_ROWS, rows]).tolist() == [0, 2]
    assert without(rows, NO_ROWS).tolist() == [0, 2]
    assert within(rows, NO_ROWS).tolist() == without(NO_ROWS, rows).tolist() == []


def test_rows_keep_their_order_beside_others_in_the_order_picked() -> None:
    assert without(np.array([1, 3, 4]), np.array([4, 1])).tolist() == [3]
    assert within(np.array([1, 3, 4]), np.array([4, 1])).tolist() == [1, 4]
