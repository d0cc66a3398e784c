import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.selection import combine
from al_core.selection.strategies import Balance, Diversity, Similarity, Threshold, Typicality, Weights

LINE = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
ALL = np.arange(5)


def test_weights_alone_rank_and_a_negative_strength_turns_them_around() -> None:
    weights = np.array([0.2, 0.5, 0.1, 0.9, 0.5])
    assert combine([Weights(weights)], 3, query_rows=ALL).tolist() == [3, 1, 4]
    assert combine([Weights(weights, -1)], 2, query_rows=ALL).tolist() == [2, 0]


def test_strength_of_diversity_weighs_distance_against_the_other_objectives() -> None:
    weights = Weights(np.array([1, 1, 0.9, 0.1, 0.05]))
    picks = [
        int(combine([Diversity(LINE, strength, normalize=False), weights], 2, query_rows=ALL, preselected_rows=[0])[0])
        for strength in (0.5, 2)
    ]
    # By 0.5: 1, 1.27, 0.3, 0.16; by 2: 1, 3.6, 8.1, 5.
    assert picks == [2, 3]


def test_min_distance_of_diversity_stops_the_selection() -> None:
    added = combine([Diversity(LINE, min_distance=5, normalize=False)], -1, query_rows=ALL, preselected_rows=[0])
    assert added.tolist() == [4]


def test_typicality_prefers_the_dense_place() -> None:
    graph = nearest_neighbors(LINE, 2, normalize=False)
    # Mean distances to two neighbors: 1.5, 1, 1.5, 4, 4.5.
    assert combine([Typicality(graph)], 2, query_rows=ALL).tolist() == [1, 0]


def test_similarity_prefers_rows_near_the_keys() -> None:
    keys = Similarity(LINE, np.array([4]), normalize=False)
    assert combine([keys], 2, query_rows=np.arange(4)).tolist() == [3, 2]


def test_a_threshold_excludes_rows_and_missing_values() -> None:
    threshold = Threshold(np.array([1.0, 5.0, np.nan, 3.0, 9.0]), at_least=3, at_most=5)
    assert combine([threshold, Weights(np.arange(5.0))], 2, query_rows=ALL).tolist() == [3, 1]


def test_balance_evens_out_the_classes_of_the_result() -> None:
    classes = np.eye(2)[[0, 0, 0, 0, 1, 1]]
    balance = Balance(classes, np.array([0.5, 0.5]))
    added = combine([balance], 4, query_rows=np.arange(6), preselected_rows=[0])
    # Class 1 is short by two before class 0 gets its second.
    assert added.tolist() == [4, 1, 5]


def test_balance_and_diversity_multiply() -> None:
    classes = np.eye(2)[[0, 0, 0, 1, 1]]
    strategies = [Balance(classes, np.array([1, 1])), Diversity(LINE, normalize=False)]
    assert combine(strategies, 3, query_rows=ALL, preselected_rows=[0]).tolist() == [4, 2]


def test_two_diversities_multiply_like_any_two_strategies() -> None:
    mirrored = LINE[::-1]
    strategies = [Diversity(LINE, normalize=False), Diversity(mirrored, normalize=False)]
    # Row 2 is 2 away from row 0 in one and 8 in the other, row 3 is 9 and 9, row 4 is 10 and 10.
    assert combine(strategies, 3, query_rows=ALL, preselected_rows=[0]).tolist() == [4, 2]


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="strength of Diversity is above 0"):
        combine([Diversity(LINE, 0)], 2, query_rows=ALL)
    with pytest.raises(InvalidInputError, match="the weight of row 1 is -1"):
        combine([Weights(np.array([1.0, -1.0]))], 2, query_rows=np.array([0, 1]))
