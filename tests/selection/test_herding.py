import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.config import SelectionConfig
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.selection import herding, select

TWO_GROUPS = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])


def herd_by_definition(
    graph: NeighborGraph, weights: np.ndarray, labeled: list[int], n: int, share: float
) -> list[int]:
    sigma = np.median(graph.distances[:, int(np.clip(share, 1, graph.distances.shape[1])) - 1])
    similarity = np.eye(len(weights))
    rows = np.arange(len(weights))[:, None]
    similarity[rows, graph.indices] = np.exp(-((graph.distances / sigma) ** 2))
    covered = similarity[labeled].max(axis=0, initial=0)
    picked: list[int] = []
    while len(picked) < n:
        gains = weights * (weights * np.maximum(similarity - covered, 0)).sum(axis=1)
        gains[[*labeled, *picked]] = -1
        picked.append(int(np.argmax(gains)))
        covered = np.maximum(covered, similarity[picked[-1]])
    return picked


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(40, 150), st.integers(0, 5))
def test_herding_picks_the_highest_score_times_coverage_by_definition(seed: int, n_rows: int, n_labeled: int) -> None:
    rng = np.random.default_rng(seed)
    embeddings, scores = rng.normal(size=(n_rows, 6)), rng.random(n_rows)
    labeled = np.sort(rng.choice(n_rows, n_labeled, replace=False)).tolist()
    graph, total = nearest_neighbors(embeddings, 20), n_labeled + 10
    weights = np.where(np.isin(np.arange(n_rows), labeled), 0, scores / np.delete(scores, labeled).max())
    expected = herd_by_definition(graph, weights, labeled, 10, n_rows / total)
    picked = select(embeddings, SelectionConfig("CORAL", total), scores=scores, preselected_rows=labeled, graph=graph)
    assert picked.tolist() == expected


def test_herding_goes_to_the_middle_of_the_group_that_has_no_label() -> None:
    config = SelectionConfig("CORAL", 2, normalize=False)
    assert select(TWO_GROUPS, config, scores=np.full(6, 0.5), preselected_rows=[1]).tolist() == [4]


def test_herding_turns_to_the_uncertain_group_first() -> None:
    scores = np.array([0.1, 0.1, 0.1, 0.9, 0.9, 0.9])
    config = SelectionConfig("CORAL", 1, normalize=False)
    assert select(TWO_GROUPS, config, scores=scores)[0] in (3, 4, 5)


def test_a_certain_row_between_two_uncertain_ones_is_not_picked() -> None:
    line, config = np.array([[0.0], [1.0], [2.0]]), SelectionConfig("CORAL", 1, normalize=False)
    # sigma is 2. The middle covers 0.1 + 2 exp(-1/4) = 1.66, an end 1 + 0.1 exp(-1/4) + exp(-1) = 1.45.
    assert select(line, config, scores=np.array([1, 0.1, 1])).tolist() == [0]
    assert select(line, config, scores=np.array([1, 0.9, 1])).tolist() == [1]


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_flat_scores_leave_coverage_alone(level: float) -> None:
    embeddings = np.random.default_rng(0).normal(size=(300, 5))
    flat = select(embeddings, SelectionConfig("CORAL", 20), scores=np.full(300, level))
    any_scores = select(embeddings, SelectionConfig("CORAL", 20, strength=0), scores=np.linspace(0, 1, 300))
    np.testing.assert_array_equal(flat, any_scores)


def test_herding_on_a_sample_of_many_rows_still_fills_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(herding, "_MIN_POINTS", 100)
    monkeypatch.setattr(herding, "_POINTS_PER_LABEL", 5)
    embeddings = np.random.default_rng(0).normal(size=(3000, 4))
    picked = select(embeddings, SelectionConfig("CORAL", 60, seed=0), scores=np.full(3000, 0.5), preselected_rows=[9])
    assert len(np.unique([*picked, 9])) == 60
