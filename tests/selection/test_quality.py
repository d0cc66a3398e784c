import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.selection import quality, select

LINE = np.array([[0.0], [1.0], [5.0], [6.0], [6.0]])
SCORES = np.array([0.1, 0.9, 0.5, 0.9, 0.2])


def test_quality_counts_added_pairs_and_query_rows_only() -> None:
    result = quality(
        LINE, rows=np.array([3]), preselected_rows=[0, 1], query_rows=np.array([2, 3]), scores=SCORES, normalize=False
    )
    assert (result.n_added, result.mean_score) == (1, 0.9)
    assert (result.covering_radius, result.smallest_distance) == (1.0, 5.0)


def test_without_embeddings_there_is_only_a_mean_score() -> None:
    result = quality(None, rows=np.array([1, 2]), scores=SCORES)
    assert (result.n_added, result.mean_score) == (2, 0.7)
    assert (result.covering_radius, result.smallest_distance) == (None, None)


def test_one_chosen_row_has_no_pair_and_no_row_has_no_radius() -> None:
    alone = quality(LINE, rows=np.array([0]), normalize=False)
    assert (alone.covering_radius, alone.smallest_distance) == (6.0, None)
    assert quality(LINE, rows=np.array([], np.int64)).covering_radius is None


def test_the_quality_of_a_large_selection_equals_its_definition() -> None:
    embeddings = np.random.default_rng(0).normal(size=(3000, 64))
    rows = select(embeddings, SelectionConfig("RANDOM", 400, seed=0))
    squares = (embeddings**2).sum(axis=1)
    distances = np.sqrt((squares[:, None] + squares[rows] - 2 * embeddings @ embeddings[rows].T).clip(0))
    result = quality(embeddings, rows=rows, normalize=False)
    np.fill_diagonal(between := distances[rows], np.inf)
    others = np.delete(distances, rows, axis=0)
    assert result.covering_radius == pytest.approx(others.min(axis=1).max(), rel=1e-6)
    assert result.smallest_distance == pytest.approx(between.min(), rel=1e-6)


def test_a_row_without_a_direction_takes_only_the_distances_away() -> None:
    embeddings = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    result = quality(embeddings, rows=np.array([0, 2]), scores=SCORES)
    assert result.n_added == 2
    assert result.mean_score == pytest.approx(0.3)
    assert (result.covering_radius, result.smallest_distance) == (None, None)
