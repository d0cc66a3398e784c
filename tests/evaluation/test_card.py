import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.evaluation.card import card
from al_core.evaluation.coverage import Pool
from al_core.evaluation.random_draws import draw_seeds, random_draws
from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection import select
from al_core.types import Rows


def clustered_pool(seed: int = 0) -> Pool:
    rng = np.random.default_rng(seed)
    cluster = rng.choice(6, 900, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    embeddings = rng.normal(size=(6, 8))[cluster] + rng.normal(0, 0.15, (900, 8))
    return Pool(embeddings, np.arange(900), np.empty(0, np.int64), rng.random(900))


def draws_of(pool: Pool, n_samples: int) -> list[Rows]:
    return random_draws(
        SelectionConfig("RANDOM", n_samples), draw_seeds(0), query_rows=pool.query_rows, labeled_rows=pool.labeled_rows
    )


def test_coral_covers_more_than_every_draw_and_is_not_called_better() -> None:
    pool = clustered_pool()
    rows = select(pool.embeddings, SelectionConfig("CORAL", 30, seed=0), scores=pool.scores)
    result = card(pool, rows, draws_of(pool, 30))
    assert result.coverage.is_above_random
    assert len(result.coverage.random) == 20
    assert (result.is_worse, result.verdict()) == (False, "")
    assert "better" not in " ".join(result.sentences())


def test_near_copies_of_one_image_are_worse_than_random() -> None:
    pool = clustered_pool()
    rows = nearest_neighbors(pool.embeddings, 30).indices[0].astype(np.int64)
    result = card(pool, rows, draws_of(pool, 30))
    assert result.verdict() == "worse than RANDOM: it covers less; it repeats more; it leaves more far away"


def test_a_random_draw_is_mostly_like_the_others() -> None:
    pool = clustered_pool()
    # Below all of 20 draws lies one draw in 21: of 30, one or two.
    n_worse = 0
    for seed in range(100, 130):
        rows = select(None, SelectionConfig("RANDOM", 30, seed=seed), query_rows=pool.query_rows)
        n_worse += card(pool, rows, draws_of(pool, 30)).coverage.is_below_random
    assert n_worse <= 5


def test_the_largest_uncovered_region_comes_first() -> None:
    pool = clustered_pool()
    unit = pool.embeddings / np.linalg.norm(pool.embeddings, axis=1, keepdims=True)
    graph = nearest_neighbors(pool.embeddings, 200)
    # All picks lie around one row, so the other clusters are not covered.
    rows = graph.indices[0][:20].astype(np.int64)
    result = card(pool, rows, draws_of(pool, 20))
    assert 1 <= len(result.regions) <= 3
    first = result.regions[0]
    assert np.linalg.norm(unit[first.row] - unit[rows], axis=1).min() > 0.3
    assert first.n_rows > 20


def test_without_scores_the_sentence_speaks_of_the_data() -> None:
    pool = clustered_pool()
    cold = Pool(pool.embeddings, pool.query_rows, pool.labeled_rows)
    result = card(cold, np.arange(10), draws_of(cold, 10))
    assert " of the data; RANDOM " in result.sentences()[0]


def test_a_selection_that_adds_nothing_has_no_card() -> None:
    pool = clustered_pool()
    with pytest.raises(InvalidInputError, match="not 0 picks with 20 draws"):
        card(pool, np.empty(0, np.int64), draws_of(pool, 10))
