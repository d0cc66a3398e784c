import numpy as np

from al_core.geometry.descent import descent_search
from al_core.geometry.exact_neighbors import nearest_of
from al_core.geometry.space import Space


def test_descent_finds_nineteen_of_twenty_true_neighbors_and_never_the_row_itself() -> None:
    embeddings = np.random.default_rng(0).normal(size=(1_500, 8)).astype(np.float32)
    embeddings[:30] = embeddings[0]
    rows = np.arange(1_500)
    space = Space.from_embeddings(embeddings, rows, normalize=True)
    search = descent_search(space, rows, 10)
    indices, distances = search.nearest(rows)
    _, exact = nearest_of(space, 10, rows, rows)
    assert (indices != rows[:, None]).all()
    assert (distances <= exact[:, -1:] * 1.0001).mean() >= 0.95
    assert np.array_equal(np.concatenate(search.tasks(rows)), rows)
