from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.selection.heap import heapify, sift_down

VALUES = st.lists(st.integers(0, 5), min_size=1, max_size=60).map(lambda values: np.array(values, np.float32))


@given(VALUES)
def test_points_leave_a_heap_from_the_highest_value_on_and_the_lowest_point_first_among_equals(
    values: NDArray[np.float32],
) -> None:
    heap = heapify(values)
    order = []
    for size in range(len(values), 0, -1):
        order.append(int(heap[0]))
        heap[0] = heap[size - 1]
        sift_down(heap, size - 1, 0, values)
    assert order == np.argsort(-values, kind="stable").tolist()


@pytest.mark.parametrize("run", [sift_down, sift_down.py_func], ids=["compiled", "python"])
def test_a_value_that_fell_sinks_below_the_higher_ones(run: Callable[..., Any]) -> None:
    heap = np.array([0, 1, 2, 3])
    run(heap, 4, 0, np.array([1, 5, 4, 3], dtype=np.float32))
    assert heap.tolist() == [1, 3, 2, 0]


def test_a_heap_made_in_python_is_that_of_the_compiled_function() -> None:
    values = np.random.default_rng(0).integers(0, 9, 50).astype(np.float32)
    np.testing.assert_array_equal(heapify.py_func(values), heapify(values))
