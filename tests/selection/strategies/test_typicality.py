import numpy as np

from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection.strategies import Typicality

LINE = np.array([[0.0], [1.0], [2.0], [9.0]])


def test_a_row_is_worth_the_inverse_of_its_mean_distance_scaled_to_one() -> None:
    graph = nearest_neighbors(LINE, 2, normalize=False)
    # Mean distances 1.5, 1, 1.5, 7.5.
    np.testing.assert_allclose(Typicality(graph).constant(np.arange(4)), [2 / 3, 1, 2 / 3, 1 / 7.5])
    # To the nearest alone 1, 1, 1, 7.
    np.testing.assert_allclose(Typicality(graph, n_neighbors=1).constant(np.arange(4)), [1, 1, 1, 1 / 7])


def test_duplicates_stay_finite() -> None:
    graph = nearest_neighbors(np.ones((5, 2)), 3)
    assert np.isfinite(Typicality(graph).constant(np.arange(5))).all()
