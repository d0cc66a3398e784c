from al_core.evaluation.statistic import Interval, Refusal


def test_an_interval_is_compared_by_the_end_that_matters() -> None:
    accuracy = Interval(0.9, 0.85, 0.93, n=200)
    assert (accuracy.is_above(0.85), accuracy.is_above(0.86)) == (True, False)
    assert (accuracy.is_below(0.94), accuracy.is_below(0.93)) == (True, False)


def test_a_refusal_reaches_no_bound_and_stays_below_none() -> None:
    refusal = Refusal("3 test labels; 10 are needed", n=3, n_needed=10)
    assert (refusal.is_above(-1), refusal.is_below(9)) == (False, False)
    assert refusal.text() == refusal.reason


def test_a_statistic_tells_whether_it_speaks() -> None:
    assert (Interval(0, 0, 0, n=1).speaks, Refusal("none").speaks) == (True, False)
