"""What each limit closes, pick by pick."""

import numpy as np

from al_core.selection.vetoes import Distance, Minimums, Purse, Room


def test_a_group_is_closed_once_it_has_no_room() -> None:
    room = Room(np.array([0, 1, 0, -1, 0]), most=np.array([2, -1]), counts=np.array([0, 7]))
    assert not room.full().any()
    assert room.choose(0).tolist() == []
    assert room.choose(1).tolist() == room.choose(3).tolist() == []
    assert room.choose(4).tolist() == [0, 2, 4]
    assert room.full().tolist() == [True, False, True, False, True]


def test_numbers_near_a_picked_one_are_closed_within_its_group() -> None:
    distance = Distance(np.array([0, 0, 0, 1, 0]), np.array([1.0, 2, 4, 1, np.nan]), at_least=3)
    # Exactly 3 away is far enough.
    assert sorted(distance.choose(0).tolist()) == [0, 1]
    assert distance.choose(4).tolist() == distance.near(-1, 1.0).tolist() == []


def test_what_costs_more_than_is_left_is_closed_once() -> None:
    purse = Purse(np.array([1.0, 3, 2, 0.5]), total=4)
    assert purse.too_dear().tolist() == []
    assert purse.choose(2).tolist() == [1]
    # 1.5 are left after 2 and 0.5, then 0.5.
    assert purse.choose(3).tolist() == [2]
    assert purse.choose(0).tolist() == [0]


def test_rounding_closes_neither_the_last_image_nor_a_free_one() -> None:
    purse = Purse(np.array([0.2, 0.2, 0.2, 0.0]), total=0.6)
    # 0.6 - 0.2 - 0.2 is 0.19999999999999996, and what is left in the end is below 0.
    assert [purse.choose(point).tolist() for point in (0, 1)] == [[], []]
    assert sorted(purse.choose(2).tolist()) == [0, 1, 2]


def test_minimums_count_down_and_say_when_one_is_met() -> None:
    minimums = Minimums([np.array([0, 0, 1, -1])], [np.array([2, 1])])
    assert minimums.n_short == 3
    assert minimums.count_toward().tolist() == [True, True, True, False]
    assert not minimums.choose(3)
    assert minimums.choose(2)
    assert not minimums.choose(0)
    assert minimums.count_toward().tolist() == [True, True, False, False]
    assert minimums.choose(1)
    assert minimums.n_short == 0


def test_decimals_that_are_just_so_far_apart_are_not_near() -> None:
    # 0.3 - 0.2 is 0.09999999999999998, and near noon of a day in 2023 a tenth of a second is off by 2e-7.
    for start in (0.0, 1_700_000_000.0):
        seconds = start + np.array([0.0, 0.1, 0.2, 0.3, 0.35])
        distance = Distance(np.zeros(5, np.int64), seconds, at_least=0.1)
        assert [distance.choose(point).tolist() for point in (0, 1, 2, 3)] == [[0], [1], [2], [3, 4]]
