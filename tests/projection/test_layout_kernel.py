from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.projection import layout_kernel
from al_core.projection.layout_kernel import move

A, B = float(layout_kernel.A), float(layout_kernel.B)


@given(st.floats(2**-40, 2**20, width=32))
def test_the_power_is_right_to_a_thousandth(square: float) -> None:
    assert layout_kernel._power(np.float32(square)) == pytest.approx(square ** (B - 1), rel=1e-3)


def test_the_power_of_python_is_that_of_the_compiled_function() -> None:
    for square in np.array([0.001, 0.5, 1, 3, 100], dtype=np.float32):
        assert layout_kernel._power.py_func(square) == pytest.approx(layout_kernel._power(square), rel=1e-6)


def moved(points: list[list[float]], neighbors: list[int], n_negative: int, step: float = 1.0) -> NDArray[np.float32]:
    """Move point 0 once along edges to its neighbors, in Python."""
    current = np.array(points, np.float32)
    result = current.copy()
    starts = np.array([0] + [len(neighbors)] * len(points), np.int32)
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):
        patch.setattr(layout_kernel, "_NEGATIVE_SAMPLES", n_negative)
        patch.setattr(layout_kernel, "_moved", layout_kernel._moved.py_func)
        move.py_func(
            current,
            result,
            (0, 1),
            starts,
            np.array(neighbors, np.int32),
            np.ones(len(neighbors), np.float32),
            np.int64(0),
            np.float32(step),
            np.uint64(0),
        )
    return result


def test_an_edge_pulls_its_end_by_the_gradient() -> None:
    # At distance 1: 2ab / (1 + a) = 2.823 / 2.577 = 1.0954 towards the neighbor.
    points = moved([[0, 0], [1, 0]], [1], n_negative=0)
    np.testing.assert_allclose(points, [[2 * A * B / (1 + A), 0.0], [1.0, 0.0]], rtol=2e-3)


def test_no_move_is_longer_than_four_times_the_step() -> None:
    points = moved([[0, 0], [1e-4, 0]], [1, 1, 1, 1], n_negative=0, step=0.5)
    assert np.abs(points[0, 0]) <= 4 * 4 * 0.5


def test_a_random_point_pushes_by_the_gradient() -> None:
    # The other point is drawn some of twenty times, and is the neighbor too: both at distance 3.
    square = 9.0
    pull = 2 * A * B * square ** (B - 1) / (1 + A * square**B) * 3
    alone = moved([[0, 0], [3, 0]], [1], n_negative=0)
    np.testing.assert_allclose(alone[0, 0], pull, rtol=2e-3)
    assert moved([[0, 0], [3, 0]], [1], n_negative=20)[0, 0] < alone[0, 0]


def test_points_in_one_place_do_not_move_each_other() -> None:
    assert moved([[2, 2], [2, 2]], [1], n_negative=3).tolist() == [[2, 2], [2, 2]]


def test_the_compiled_loop_moves_as_the_python_one() -> None:
    rng = np.random.default_rng(0)
    current = rng.normal(size=(30, 2)).astype(np.float32)
    starts = np.arange(0, 91, 3, dtype=np.int32)
    neighbors = rng.integers(0, 30, 90).astype(np.int32)
    shares = rng.random(90).astype(np.float32)
    runs: list[Callable[..., None]] = [move, move.py_func]
    results = [np.zeros_like(current), np.zeros_like(current)]
    with np.errstate(over="ignore"):
        for run, result in zip(runs, results, strict=True):
            run(
                current,
                result,
                (0, 30),
                starts,
                neighbors,
                shares,
                np.int64(2),
                np.float32(0.5),
                np.uint64(9),
            )
    np.testing.assert_allclose(results[0], results[1], rtol=1e-4, atol=1e-5)
