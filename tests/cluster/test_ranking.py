from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.cluster import select
from al_core.cluster.in_process import InProcessCluster
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.selection import select as select_here


@given(st.lists(st.integers(0, 4), min_size=2, max_size=60), st.data())
@pytest.mark.parametrize("method", ["RANDOM", "ACTIVE_LEARNING"])
def test_the_first_of_all_shards_are_the_first_of_the_whole(
    method: str, numbers: list[int], data: st.DataObject
) -> None:
    scores = np.array(numbers) / 4
    query = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))))
    if len(query) < 2:
        query = np.arange(len(scores))
    config = SelectionConfig(method, data.draw(st.integers(1, len(query))), seed=data.draw(st.integers(0, 9)))
    options: dict[str, Any] = {"scores": scores, "query_rows": query}
    cluster = InProcessCluster(data.draw(st.integers(1, 7)))
    assert select(cluster, None, config, **options).tolist() == select_here(None, config, **options).tolist()


def test_a_score_out_of_range_is_named_by_its_row(mapped: Callable[..., Any]) -> None:
    scores = np.full(50, 0.5)
    scores[41] = 2
    config = SelectionConfig("ACTIVE_LEARNING", 3)
    with pytest.raises(InvalidInputError, match=r"the score of row 41 is 2\.0"):
        select(InProcessCluster(3), None, config, scores=mapped(scores))
