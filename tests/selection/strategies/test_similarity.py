import numpy as np

from al_core.selection.strategies import Similarity

LINE = np.array([[0.0], [1.0], [3.0], [7.0]])
ROWS = np.arange(4)


def test_a_row_is_worth_one_over_one_and_its_distance_to_the_nearest_key() -> None:
    keys = Similarity(LINE, np.array([0, 3]), normalize=False)
    np.testing.assert_allclose(keys.constant(ROWS), [1, 1 / 2, 1 / 4, 1])


def test_a_negative_strength_prefers_rows_unlike_the_keys() -> None:
    keys = Similarity(LINE, np.array([0]), strength=-1, normalize=False)
    np.testing.assert_allclose(keys.constant(ROWS), [1, 2, 4, 8])
