from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from al_core.selection.coverage_kernels import coverage_gains, pop_best
from al_core.selection.heap import heapify

# 0 and 1 cover each other by a half; 2 has no neighbors.
INDICES = np.array([[1], [0], [-1]], np.int32)
SIMILARITY = np.array([[0.5], [0.5], [0.5]], dtype=np.float32)
WEIGHTS = np.array([1, 1, 1.125], dtype=np.float32)


@pytest.mark.parametrize("run", [coverage_gains, coverage_gains.py_func], ids=["compiled", "python"])
def test_a_gain_is_the_own_weight_times_the_weighted_coverage_added(run: Callable[..., Any]) -> None:
    # 1 x (1 + 1 x 0.5); the same; 1.125 x 1.125.
    gains = run(INDICES, SIMILARITY, WEIGHTS, np.zeros(3, np.float32))
    assert gains.tolist() == [1.5, 1.5, 1.265625]
    # With 0 covered whole and 1 by a half: nothing; 1 x 0.5.
    gains = run(INDICES, SIMILARITY, WEIGHTS, np.array([1, 0.5, 0], dtype=np.float32))
    assert gains.tolist() == [0, 0.5, 1.265625]


def test_old_gains_are_bounds_and_only_the_top_of_the_heap_is_counted_again() -> None:
    gains = np.array([1.5, 1.5, 1.265625], dtype=np.float32)
    heap = heapify(gains)
    covered = np.array([1, 0.5, 0], dtype=np.float32)
    # 0 was picked before: 1 still promises 1.5 and turns out at 0.5, so 2 is the best.
    heap = heap[heap != 0]
    assert pop_best(INDICES, SIMILARITY, WEIGHTS, covered, gains, heap, 2) == 2
    assert gains.tolist() == [1.5, 0.5, 1.265625]
    assert pop_best(INDICES, SIMILARITY, WEIGHTS, covered, gains, heap, 1) == 1
