import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import SelectionConfig
from al_core.selection import select
from al_core.selection.ranking import lowest_first
from tests.selection.philox import philox

LINE = np.array([[0.0], [1.0], [2.0], [3.0]])


def test_random_picks_the_rows_of_the_lowest_draws() -> None:
    rows = [2, 3, 5, 8, 13]
    expected = sorted(rows, key=lambda row: philox(row, 11)[0])[:3]
    assert select(None, SelectionConfig("RANDOM", 3, seed=11), query_rows=np.array(rows)).tolist() == expected


def test_random_over_parts_is_random_over_the_whole() -> None:
    # The lowest draws of the whole are the lowest of the lowest of each part.
    rows = np.arange(400)
    whole = select(None, SelectionConfig("RANDOM", 20, seed=4), query_rows=rows)
    parts = [select(None, SelectionConfig("RANDOM", 20, seed=4), query_rows=part) for part in np.split(rows, 4)]
    merged = select(None, SelectionConfig("RANDOM", 20, seed=4), query_rows=np.concatenate(parts))
    assert merged.tolist() == whole.tolist()


def test_random_keeps_its_order_when_rows_are_skipped_for_their_distance() -> None:
    order = select(LINE, SelectionConfig("RANDOM", 4, seed=1, normalize=False)).tolist()
    spaced = select(LINE, SelectionConfig("RANDOM", -1, 2, seed=1, normalize=False)).tolist()
    expected: list[int] = []
    for row in order:
        if all(abs(row - other) >= 2 for other in expected):
            expected.append(row)
    assert spaced == expected


def test_active_learning_takes_the_highest_scores_and_the_lowest_row_among_equals() -> None:
    scores = np.array([0.5, 0.9, 0.5, 0.1])
    assert select(None, SelectionConfig("ACTIVE_LEARNING", 3), scores=scores).tolist() == [1, 0, 2]


@pytest.mark.parametrize("n", [0, 1, 3, 50, 60])
@given(st.lists(st.integers(0, 9), max_size=50))
def test_the_lowest_are_those_of_a_stable_sort(n: int, keys: list[int]) -> None:
    expected = np.argsort(keys, kind="stable")[:n]
    assert lowest_first(np.array(keys, np.int64), n).tolist() == expected.tolist()
