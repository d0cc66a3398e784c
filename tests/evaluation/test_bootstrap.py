import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import bootstrap_interval, draw_counts, group_totals, percentile_ends


def test_draws_of_sums_equal_resampling_the_values_themselves() -> None:
    values = np.random.default_rng(0).random((12, 2))
    counts = next(iter(draw_counts(12, 5, seed=3)))
    for row in counts:
        resampled = np.repeat(values, row.astype(int), axis=0)
        assert row @ values == pytest.approx(resampled.sum(axis=0))


def test_units_are_drawn_as_often_as_their_weights_say() -> None:
    counts = next(iter(draw_counts(3, 4000, seed=0, weights=np.array([1.0, 1.0, 2.0]))))
    assert set(counts.sum(axis=1)) == {3}
    assert counts.mean(axis=0) == pytest.approx([0.75, 0.75, 1.5], abs=0.05)


def test_many_units_are_drawn_in_blocks() -> None:
    sizes = [len(block) for block in draw_counts(1 << 20, 5, seed=0)]
    assert sizes == [2, 2, 1]


def test_the_interval_of_a_ratio_is_near_its_normal_approximation() -> None:
    rng = np.random.default_rng(1)
    sums, sizes = group_totals(rng.normal(0.6, 0.2, (300, 1)), np.arange(300))
    interval = bootstrap_interval(sums, sizes, lambda totals, n: totals[:, 0] / n, seed=0)
    half = 1.96 * sums.std() / np.sqrt(300)
    assert interval.value == pytest.approx(sums.mean())
    assert (interval.high - interval.low) / 2 == pytest.approx(half, rel=0.08)


def test_few_units_have_wider_ends_than_plain_percentiles() -> None:
    draws = np.arange(10_001) / 10_000
    low, high = percentile_ends(draws, n_units=8)
    # Φ(-√(8/7) t₇(0.975)) = Φ(-2.528)
    assert (low, high) == pytest.approx((0.0057, 0.9943), abs=1e-4)


def test_units_of_few_kinds_give_the_interval_that_drawing_each_alone_gives() -> None:
    gains = np.repeat([1.0, -1.0, 0.0], [30, 10, 160])[:, None]

    def mean(totals: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
        return totals[:, 0] / n

    together = bootstrap_interval(gains, np.ones(200), mean, seed=0)
    draws = np.concatenate([mean(counts @ gains, counts.sum(axis=1)) for counts in draw_counts(200, 2000, seed=0)])
    assert (together.low, together.high) == pytest.approx(percentile_ends(draws, 200), abs=0.006)
