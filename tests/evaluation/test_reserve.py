import numpy as np
import pytest

from al_core.evaluation.reserve import Reserve, ReserveStratum, count_of_share, draw_reserve
from al_core.exceptions import InvalidInputError


def test_the_reserve_is_a_tenth_and_at_most_two_thousand_rows() -> None:
    assert [len(draw_reserve(np.arange(n), seed=0).rows) for n in (3, 95, 1000, 50_000)] == [1, 10, 100, 2000]


def test_the_same_seed_draws_the_same_rows_in_the_same_order() -> None:
    first, second, other = (draw_reserve(np.arange(7, 907), seed).strata[0].drawn for seed in (3, 3, 4))
    assert first.tolist() == second.tolist()
    assert sorted(first.tolist()) != sorted(other.tolist())


def test_every_row_of_the_population_is_drawn_equally_often_at_every_place() -> None:
    population = np.arange(100, 120)
    first = np.array([draw_reserve(population, seed, share=0.5).strata[0].drawn for seed in range(4000)])
    per_row_and_place = np.stack([(first == row).sum(axis=0) for row in population])
    # 4000 draws of 20 rows: 200 each, with a standard deviation of 14.
    assert first.shape == (4000, 10)
    assert abs(per_row_and_place - 200).max() < 70


def test_a_reserve_does_not_hold_what_random_would_pick_with_the_same_seed() -> None:
    from al_core.config import SelectionConfig
    from al_core.selection import select

    picked = select(None, SelectionConfig("RANDOM", 100, seed=5), query_rows=np.arange(1000))
    overlap = np.intersect1d(picked, draw_reserve(np.arange(1000), seed=5).rows)
    assert len(overlap) < 30


def test_rounds_label_the_reserve_in_drawn_order_until_it_is_used_up() -> None:
    reserve = draw_reserve(np.arange(60), seed=0)
    drawn = reserve.strata[0].drawn
    first = reserve.next_rows(4)
    second = reserve.next_rows(4, used=first)
    assert np.concatenate([first, second]).tolist() == drawn.tolist()
    assert len(reserve.next_rows(4, used=drawn)) == 0


def test_whole_groups_are_drawn_and_their_later_arrivals_are_barred() -> None:
    groups = np.repeat(np.arange(20), 10)
    reserve = draw_reserve(np.arange(150), seed=2, groups=groups)
    tested = np.unique(groups[reserve.rows])
    assert len(tested) == 2
    assert len(reserve.rows) == 20
    assert np.setdiff1d(np.arange(150)[np.isin(groups[:150], tested)], reserve.rows).tolist() == []
    arrived = np.append(groups, [tested[0], 99])
    assert reserve.barred_rows(arrived).tolist() == [*reserve.rows.tolist(), 200]


def test_the_first_test_rows_of_grouped_data_come_from_many_groups() -> None:
    groups = np.repeat(np.arange(200), 10)
    first = draw_reserve(np.arange(2000), seed=1, groups=groups).next_rows(20)
    assert len(np.unique(groups[first])) > 10


def test_arrivals_are_a_stratum_that_catches_up() -> None:
    reserve = draw_reserve(np.arange(1000), seed=0)
    tested = reserve.next_rows(20)
    enlarged = reserve.enlarged(np.arange(1000, 1500), seed=1)
    following = enlarged.next_rows(10, used=tested)
    assert following.min() >= 1000
    assert enlarged.stratum_shares().tolist() == pytest.approx([2 / 3, 1 / 3])
    assert enlarged.stratum_of(np.array([tested[0], following[0]])).tolist() == [0, 1]
    # Once both are tested alike, two of three rows come from the stratum of twice the size.
    later = enlarged.next_rows(30, used=np.concatenate([tested, following]))
    assert (later < 1000).sum() == 20


def test_arrivals_of_an_old_group_are_not_drawn_from() -> None:
    groups = np.array([0, 0, 1, 1, 2, 2, 1, 3, 3, 4, 4])
    reserve = draw_reserve(np.arange(6), seed=0, groups=groups)
    assert reserve.enlarged(np.array([6]), seed=0, groups=groups) is reserve
    enlarged = reserve.enlarged(np.arange(6, 11), seed=0, groups=groups)
    assert enlarged.strata[1].population.tolist() == [7, 8, 9, 10]
    assert set(groups[enlarged.strata[1].drawn]) in ({3}, {4})


def test_the_test_share_of_a_round_is_rounded_up() -> None:
    assert [count_of_share(n, 0.1) for n in (0, 1, 10, 11, 30)] == [0, 1, 1, 2, 3]


def test_what_cannot_be_drawn_from_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="population is empty"):
        draw_reserve(np.empty(0, np.int64), seed=0)
    with pytest.raises(InvalidInputError, match="between 0 and 1, not 1"):
        draw_reserve(np.arange(5), seed=0, share=1)
    with pytest.raises(InvalidInputError, match="single row or group"):
        draw_reserve(np.arange(5), seed=0, groups=np.zeros(5, np.int64))
    reserve = Reserve((ReserveStratum(np.arange(5), np.array([2])),))
    with pytest.raises(InvalidInputError, match="row 4 is in the population already"):
        reserve.enlarged(np.array([4, 5]), seed=0)
    with pytest.raises(InvalidInputError, match="row 3 is not in the test reserve"):
        reserve.stratum_of(np.array([2, 3]))
