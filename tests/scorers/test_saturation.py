import numpy as np

from al_core.scorers.saturation import half_point, saturate, saturated


def test_no_positive_value_gives_a_half_point_of_1() -> None:
    assert half_point(np.zeros(3)) == half_point(np.empty(0)) == 1
    assert saturate(np.zeros(2), 1).tolist() == [0, 0]


def test_the_order_stays_and_1_is_never_reached() -> None:
    values = np.array([0, 1e-9, 1, 2, 1e9])
    scores = saturate(values, half_point(values))
    assert (np.diff(scores) > 0).all()
    assert scores.max() < 1


def test_half_points_that_are_given_count_and_others_are_added() -> None:
    half_points = {"sum": 1.0}
    scores = saturated({"sum": np.array([3.0]), "mean": np.array([4.0])}, half_points)
    assert scores["sum"].tolist() == [0.75]
    assert scores["mean"].tolist() == [0.5]
    assert half_points == {"sum": 1, "mean": 4}
