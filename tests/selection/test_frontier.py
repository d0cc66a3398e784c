from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from al_core.selection.bounds import Bounds
from al_core.selection.frontier import Frontier
from al_core.types import Rows


class FixedBounds(Bounds):
    """Stands in for `Bounds`: the values alone."""

    def __init__(self, values: Any) -> None:
        self.all = np.array(values, np.float32)

    def values(self, points: Rows | slice) -> NDArray[np.float32]:
        values: NDArray[np.float32] = self.all[points]
        return values


def test_before_it_is_drawn_nobody_belongs() -> None:
    frontier = Frontier(FixedBounds([3, 1]))
    assert frontier.queue().tolist() == []
    assert frontier.floor == np.inf


def test_the_highest_belong_and_those_that_equal_the_last_of_them() -> None:
    frontier = Frontier(FixedBounds([3, 9, 5, 3, 1]))
    frontier.draw(3)
    assert frontier.floor == 3
    assert frontier.queue().tolist() == [1, 2, 0, 3]


def test_a_point_that_falls_below_the_floor_is_out_for_good() -> None:
    bounds = FixedBounds([3, 9, 5, 1])
    frontier = Frontier(bounds)
    frontier.draw(2)
    bounds.all[1] = 4
    assert frontier.queue().tolist() == [2]
    bounds.all[1] = 9
    assert frontier.queue().tolist() == [2]


def test_points_that_may_not_be_picked_never_belong() -> None:
    frontier = Frontier(FixedBounds([-1, 0, 2]))
    frontier.draw(10)
    assert frontier.floor == 0
    assert frontier.queue().tolist() == [2, 1]


@given(st.lists(st.floats(0, 2.0**100, width=32), min_size=1, max_size=80))
def test_the_queue_is_that_of_a_stable_sort(values: Any) -> None:
    frontier = Frontier(FixedBounds(values))
    frontier.draw(len(values))
    assert frontier.queue().tolist() == np.argsort(-np.array(values, np.float32), kind="stable").tolist()
