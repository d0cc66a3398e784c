import numpy as np
import pytest

from al_core.explore.histogram import bin_values, typical_limits

NAN = np.nan
SCORES = np.array([0.0, 0.25, 0.5, 0.75, 1.0, NAN], np.float32)


def test_bars_count_from_edge_to_edge_and_the_last_holds_the_maximum() -> None:
    bins = bin_values(SCORES, 4, limits=(0, 1))
    assert bins.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert bins.count().tolist() == [1, 1, 1, 2, 1]
    assert bins.count(np.array([True, False, False, False, True, True])).tolist() == [1, 0, 0, 1, 1]


def test_a_range_of_bars_lets_through_what_those_bars_count() -> None:
    values = np.random.default_rng(0).random(5_000, np.float32)
    values[:50] = NAN
    bins = bin_values(values, 40, limits=(0, 1))
    for first, last in [(0, 39), (0, 12), (13, 13), (30, 39)]:
        assert bins.range_of(first, last).mask(values).sum() == bins.count()[first : last + 1].sum()


def test_whole_numbers_get_bars_of_whole_width() -> None:
    bins = bin_values(np.array([1, 2, 2, 6]), 3)
    assert bins.edges.tolist() == [0.5, 2.5, 4.5, 6.5]
    assert bins.count().tolist() == [3, 0, 1, 0]


def test_few_whole_numbers_get_a_bar_each() -> None:
    assert bin_values(np.array([True, False, True]), 40).count().tolist() == [1, 2, 0]


def test_infinite_values_fall_into_the_outer_bars() -> None:
    bins = bin_values(np.array([-np.inf, 0.0, 1.0, np.inf]), 2)
    assert bins.edges.tolist() == [0, 0.5, 1]
    assert bins.count().tolist() == [2, 2, 0]


@pytest.mark.parametrize(
    ("values", "counts"), [([3.0, 3.0], [2, 0]), ([NAN, NAN], [0, 2]), ([], [0, 0])], ids=["equal", "missing", "none"]
)
def test_values_without_spread_share_one_bar_or_none(values: list[float], counts: list[int]) -> None:
    counted = bin_values(np.array(values), 40).count()
    assert [counted[:-1].sum(), counted[-1]] == counts


@pytest.mark.parametrize(
    ("values", "limits", "expected"),
    [
        (np.linspace(0, 0.067, 201), (0, 1), (0, 0.0663)),
        (np.linspace(0.9, 1, 201), (0, 1), (0.901, 1)),
        (np.linspace(0, 0.6, 201), (0, 1), (0, 1)),
        (np.append(np.linspace(0, 1, 999), 1e6), None, (0, 0.991)),
        (np.full(5, 0.5), (0, 1), (0, 1)),
        (np.full(5, NAN), (0, 1), (0, 1)),
    ],
    ids=["a low corner", "a high corner", "more than half", "one outlier", "equal", "missing"],
)
def test_typical_limits_are_where_nearly_all_values_lie(
    values: np.ndarray, limits: tuple[float, float] | None, expected: tuple[float, float]
) -> None:
    assert typical_limits(values, limits) == pytest.approx(expected, abs=1e-3)


def test_values_beyond_the_limits_fall_into_the_outer_bars_whose_ranges_let_them_through() -> None:
    values = np.array([0.0, 0.01, 0.03, 0.9])
    bins = bin_values(values, 2, limits=(0, 0.04))
    assert bins.count().tolist() == [2, 2, 0]
    assert bins.range_of(1, 1).mask(values).tolist() == [False, False, True, True]
