from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from al_core.selection.coverage_kernels import CoverageArrays, Heaps, pop_best, values_of_all

# 0 and 1 cover each other by a half; 2 has no neighbors.
INDICES = np.array([[1], [0], [-1]], np.int32)
SIMILARITY = np.array([[0.5], [0.5], [0.5]], dtype=np.float32)
WEIGHTS = np.array([1, 1, 1.125], dtype=np.float32)
ALL_OPEN = np.ones(3, np.bool_)


def coverage_by(covered: list[float]) -> CoverageArrays:
    return CoverageArrays(INDICES, SIMILARITY, np.array(covered, np.float32), WEIGHTS, WEIGHTS)


@pytest.mark.parametrize("run", [values_of_all, values_of_all.py_func], ids=["compiled", "python"])
def test_a_value_is_the_own_weight_times_the_weighted_coverage_added(run: Callable[..., Any]) -> None:
    # 1 x (1 + 1 x 0.5); the same; 1.125 x 1.125.
    values = run(coverage_by([0, 0, 0]))
    assert values.tolist() == [1.5, 1.5, 1.265625]
    # With 0 covered whole and 1 by a half: nothing; 1 x 0.5.
    values = run(coverage_by([1, 0.5, 0]))
    assert values.tolist() == [0, 0.5, 1.265625]


def one_heap(points: list[int]) -> Heaps:
    return Heaps(np.array(points), np.zeros(1, np.int64), np.array([len(points)]), np.ones(1, np.float32))


def test_old_values_are_bounds_and_only_the_top_of_a_heap_is_counted_again() -> None:
    values = np.array([1.5, 1.5, 1.265625], dtype=np.float32)
    # 0 was picked before: 1 still promises 1.5 and turns out at 0.5, so 2 is the best.
    heaps = one_heap([1, 2])
    coverage = coverage_by([1, 0.5, 0])
    assert pop_best(coverage, ALL_OPEN, values, heaps) == 2
    assert values.tolist() == [1.5, 0.5, 1.265625]
    assert pop_best(coverage, ALL_OPEN, values, heaps) == 1
    assert pop_best(coverage, ALL_OPEN, values, heaps) == -1


def test_closed_points_are_dropped() -> None:
    values = np.array([1.5, 1.5, 1.265625], dtype=np.float32)
    heaps = one_heap([0, 1, 2])
    assert pop_best(coverage_by([0, 0, 0]), np.array([False, False, True]), values, heaps) == 2
    assert heaps.sizes.tolist() == [0]


def test_buckets_compete_by_value_times_factor_and_the_lowest_point_wins_among_equals() -> None:
    values = np.array([1.5, 1.5, 1.265625], dtype=np.float32)
    coverage = coverage_by([0, 0, 0])
    heaps = Heaps(np.array([2, 0, 1]), np.array([0, 1]), np.array([1, 2]), np.array([1, 0.5], np.float32))
    # 1.27 against 0.75.
    assert pop_best(coverage, ALL_OPEN, values, heaps) == 2
    equal = Heaps(np.array([1, 0]), np.array([0, 1]), np.array([1, 1]), np.array([0.5, 0.5], np.float32))
    assert pop_best(coverage, ALL_OPEN, values, equal) == 0
