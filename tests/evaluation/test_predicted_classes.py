import numpy as np

from al_core.evaluation import class_shares


def test_shares_of_random_are_the_mean_over_its_draws() -> None:
    probabilities = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
    draws = [np.array([0]), np.array([1, 2])]
    shares = class_shares(probabilities, np.arange(3), np.array([3]), draws)
    assert shares.pool.tolist() == [0.5, 0.5]
    assert shares.selected.tolist() == [0.25, 0.75]
    # Of one draw 1 and 0, of the other a quarter and three quarters.
    assert shares.random.tolist() == [0.625, 0.375]
