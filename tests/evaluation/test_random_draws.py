import numpy as np

from al_core.config import SelectionConfig
from al_core.evaluation.random_draws import draw_seeds, random_draws
from al_core.selection import select


def test_each_draw_is_a_random_selection_of_the_same_size_and_rows() -> None:
    config = SelectionConfig("CORAL", 30, seed=4)
    labeled = np.arange(10)
    query = np.arange(5, 200)
    draws = random_draws(config, draw_seeds(4, 3), query_rows=query, labeled_rows=labeled)
    assert [len(draw) for draw in draws] == [20, 20, 20]
    assert draws[1].tolist() == (
        select(None, SelectionConfig("RANDOM", 30, seed=6), query_rows=query, preselected_rows=labeled).tolist()
    )
    assert np.isin(np.concatenate(draws), np.arange(10, 200)).all()


def test_draws_keep_the_minimum_distance_too() -> None:
    line = np.arange(40, dtype=np.float64)[:, None]
    config = SelectionConfig("CORESET", 8, min_distance=3, normalize=False)
    none = np.empty(0, np.int64)
    for draw in random_draws(config, [1, 2], query_rows=np.arange(40), labeled_rows=none, embeddings=line):
        assert np.diff(np.sort(draw)).min() >= 3
