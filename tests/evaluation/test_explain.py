from dataclasses import replace

import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.evaluation.coverage import Pool, Ruler
from al_core.evaluation.explain import added_coverage, explain, spacing_curve
from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection import select

NONE = np.empty(0, np.int64)


def pool_of(n_rows: int, n_labeled: int) -> Pool:
    rng = np.random.default_rng(0)
    return Pool(rng.normal(size=(n_rows, 5)), np.arange(n_rows), np.arange(n_labeled), rng.random(n_rows))


def test_each_pick_is_compared_with_what_was_chosen_before_it() -> None:
    pool = pool_of(300, 20)
    rows = select(
        pool.embeddings,
        SelectionConfig("CORAL", 60, seed=0),
        scores=pool.scores,
        preselected_rows=pool.labeled_rows,
    )
    unit = pool.embeddings / np.linalg.norm(pool.embeddings, axis=1, keepdims=True)
    for place, reason in enumerate(explain(pool, rows)):
        before = np.concatenate([pool.labeled_rows, rows[:place]])
        distances = np.linalg.norm(unit[before] - unit[rows[place]], axis=1)
        assert (reason.row, reason.rank) == (rows[place], place + 1)
        assert reason.nearest_row == before[distances.argmin()]
        assert reason.distance == pytest.approx(distances.min(), rel=1e-5)
        assert pool.scores is not None
        assert reason.score == pool.scores[rows[place]]


def test_the_first_pick_of_all_has_nothing_before_it() -> None:
    first, second = explain(replace(pool_of(50, 0), scores=None), np.array([7, 3]))
    assert (first.nearest_row, first.distance, first.score) == (None, None, None)
    assert second.nearest_row == 7


@pytest.mark.parametrize("with_graph", [False, True])
def test_what_picks_add_is_the_whole_that_they_cover(with_graph: bool) -> None:
    pool = pool_of(400, 20)
    if with_graph:
        pool = replace(pool, graph=nearest_neighbors(pool.embeddings, 32))
    rows = np.arange(100, 150)
    ruler = Ruler.for_selections(pool, [rows])
    assert (ruler.graph is not None) is with_graph
    gains = added_coverage(ruler, rows)
    before = ruler.measure(NONE).covered
    assert gains.min() >= 0
    assert gains.sum() == pytest.approx(ruler.measure(rows).covered - before, abs=1e-3)


def test_nothing_picked_needs_no_reason() -> None:
    assert explain(pool_of(50, 5), NONE) == []


@pytest.mark.parametrize("n_labeled", [0, 15])
def test_the_curve_counts_what_coreset_keeps(n_labeled: int) -> None:
    pool = pool_of(200, n_labeled)
    curve = spacing_curve(pool.embeddings, pool.query_rows, pool.labeled_rows)
    assert curve.is_complete
    for threshold in (0.2, 0.4, 0.8):
        rows = select(
            pool.embeddings,
            SelectionConfig("CORESET", -1, min_distance=threshold, seed=0),
            preselected_rows=pool.labeled_rows,
        )
        assert curve.n_kept(threshold) == len(rows)


def test_a_distance_that_keeps_nothing_is_seen_before_selecting() -> None:
    pool = pool_of(200, 50)
    curve = spacing_curve(pool.embeddings, pool.query_rows, pool.labeled_rows)
    assert curve.n_kept(2.0) == 0
    assert spacing_curve(pool.embeddings, pool.labeled_rows, pool.labeled_rows).n_kept(0) == 0


def test_the_pair_at_a_distance_is_about_so_far_apart() -> None:
    pool = pool_of(300, 0)
    unit = pool.embeddings / np.linalg.norm(pool.embeddings, axis=1, keepdims=True)
    pair = spacing_curve(pool.embeddings, pool.query_rows, NONE).pair_at(0.5)
    assert pair is not None
    assert np.linalg.norm(unit[pair[0]] - unit[pair[1]]) == pytest.approx(0.5, abs=0.05)
    assert spacing_curve(pool.embeddings, np.array([4]), NONE).pair_at(0.5) is None
