from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.evaluation import coverage as coverage_module
from al_core.evaluation.coverage import Pool, Ruler
from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection import select


def pool_of(n_rows: int, n_labeled: int, seed: int = 0) -> Pool:
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(8, 6))
    embeddings = (centers[rng.integers(0, 8, n_rows)] + rng.normal(0, 0.3, (n_rows, 6))).astype(np.float32)
    return Pool(embeddings, np.arange(n_rows), np.arange(n_labeled), rng.random(n_rows))


def by_definition(pool: Pool, rows: NDArray[np.int64], sigma: float) -> tuple[float, float, float]:
    unit = pool.embeddings / np.linalg.norm(pool.embeddings, axis=1, keepdims=True)
    distances = np.linalg.norm(unit[:, None].astype(np.float64) - unit[None], axis=2)
    chosen = np.concatenate([pool.labeled_rows, rows])
    nearest = distances[:, chosen].min(axis=1)[pool.open_rows]
    assert pool.scores is not None
    scores = pool.scores[pool.open_rows]
    covered = (scores * np.exp(-((nearest / sigma) ** 2))).sum() / scores.sum()
    apart = np.where(np.eye(len(unit), dtype=bool), np.inf, distances)[rows][:, chosen].min(axis=1)
    return float(covered), float((apart < sigma / 2).mean()), float(np.quantile(nearest, 0.95))


def test_a_small_pool_is_measured_by_definition() -> None:
    pool = pool_of(400, 15)
    rows = np.arange(100, 120)
    ruler = Ruler.for_selections(pool, [rows])
    result = ruler.measure(rows)
    expected = by_definition(pool, rows, ruler.sigma)
    assert (result.covered, result.redundancy, result.far_distance) == pytest.approx(expected, abs=1e-3)


def test_sigma_is_the_median_distance_of_one_labels_share_of_neighbors() -> None:
    pool = pool_of(400, 15)
    ruler = Ruler.for_selections(pool, [np.arange(100, 125)])
    graph = nearest_neighbors(pool.embeddings, 10)
    assert ruler.sigma == pytest.approx(np.median(graph.distances[:, 9]), rel=0.05)


def test_the_graph_gives_nearly_what_distances_give() -> None:
    pool = pool_of(2000, 100)
    rows = np.arange(200, 400)
    with_graph = Ruler.for_selections(replace(pool, graph=nearest_neighbors(pool.embeddings, 32)), [rows])
    assert with_graph.graph is not None
    along_graph = with_graph.measure(rows)
    expected = by_definition(pool, rows, with_graph.sigma)
    # Beyond 32 neighbors a row covers nothing along the graph.
    assert along_graph.covered == pytest.approx(expected[0], abs=0.03)
    assert along_graph.redundancy == pytest.approx(expected[1], abs=1e-3)


def test_where_every_fourth_row_is_chosen_the_graph_knows_the_distances() -> None:
    pool = pool_of(1200, 100)
    rows = np.arange(200, 500)
    ruler = Ruler.for_selections(replace(pool, graph=nearest_neighbors(pool.embeddings, 32)), [rows])
    assert ruler.measure(rows).far_distance == pytest.approx(by_definition(pool, rows, 1.0)[2], abs=0.01)


def test_few_labels_for_many_rows_do_not_use_the_graph() -> None:
    pool = pool_of(2000, 0)
    graph = nearest_neighbors(pool.embeddings, 8)
    assert Ruler.for_selections(replace(pool, graph=graph), [np.arange(20)]).graph is None


def test_a_sample_of_rows_estimates_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pool_of(3000, 10)
    rows = np.arange(100, 150)
    whole = Ruler.for_selections(pool, [rows]).measure(rows)
    monkeypatch.setattr(coverage_module, "_MOST_SAMPLED", 600)
    sampled = Ruler.for_selections(pool, [rows])
    assert len(sampled.rows) == 600
    assert sampled.measure(rows).covered == pytest.approx(whole.covered, abs=0.04)
    assert sampled.measure(rows).far_distance == pytest.approx(whole.far_distance, rel=0.1)


def test_coral_covers_more_than_random_and_repeats_cover_less() -> None:
    pool = pool_of(1500, 0)
    coral = select(pool.embeddings, SelectionConfig("CORAL", 30, seed=0), scores=pool.scores)
    random = select(pool.embeddings, SelectionConfig("RANDOM", 30, seed=0))
    alike = nearest_neighbors(pool.embeddings, 29).indices[0].astype(np.int64)
    ruler = Ruler.for_selections(pool, [coral, random, alike])
    best, middle, worst = (ruler.measure(rows) for rows in (coral, random, alike))
    assert best.covered > middle.covered > worst.covered
    assert worst.redundancy > middle.redundancy
    assert worst.far_distance > middle.far_distance


def test_scores_that_are_all_zero_weigh_rows_alike() -> None:
    pool = pool_of(300, 5)
    rows = np.arange(50, 60)
    zero = Ruler.for_selections(replace(pool, scores=np.zeros(300)), [rows]).measure(rows)
    cold = Ruler.for_selections(replace(pool, scores=None), [rows]).measure(rows)
    assert zero == cold


def test_rows_that_are_all_the_same_are_covered() -> None:
    pool = Pool(np.ones((50, 3)), np.arange(50), np.empty(0, np.int64))
    result = Ruler.for_selections(pool, [np.array([3, 4])]).measure(np.array([3, 4]))
    assert result.far_distance == pytest.approx(0, abs=1e-3)
