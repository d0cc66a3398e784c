import numpy as np

from al_core.evaluation import Amount, AmountKind, Strip, column_strip

RANDOM = (0.62, 0.65, 0.63)


def test_a_figure_is_outside_random_only_beyond_all_draws() -> None:
    assert (Strip(0.66, RANDOM).is_above_random, Strip(0.65, RANDOM).is_above_random) == (True, False)
    assert (Strip(0.61, RANDOM).is_below_random, Strip(0.62, RANDOM).is_below_random) == (True, False)
    assert (Strip(0.7, RANDOM).low, Strip(0.7, RANDOM).high) == (0.62, 0.65)


def test_a_column_is_summed_over_picks_and_over_each_draw() -> None:
    prices = np.array([1.0, 2.0, 4.0, 8.0])
    strip = column_strip(prices, np.array([0, 3]), [np.array([1]), np.array([1, 2])])
    assert strip == Strip(9.0, (2.0, 6.0))


def test_an_amount_says_what_random_comes_to() -> None:
    objects = Amount(AmountKind.OBJECTS, Strip(1234.4, (900.0, 1000.6)))
    assert objects.sentence() == "about 1,234 objects are to be labeled; RANDOM 900 to 1,001"
