from collections.abc import Iterator

import numpy as np
import pytest

from al_core.cluster.shard_search import Behind, News, Search, SearchPlan
from al_core.geometry.space import Space
from al_core.geometry.threads import workers

LINE = np.array([[0], [1], [5], [6], [10]], np.float32)
NO_POINTS = np.empty(0, np.int64)


@pytest.fixture
def search() -> Iterator[Search]:
    space = Space.from_embeddings(LINE, np.arange(5), normalize=False)
    with workers(1) as threads:
        plan = SearchPlan(np.packbits([0, 1, 1, 1, 1]), None, 4, np.float32(0))
        yield Search(space, plan, "a", threads, lambda: None)


def news(first_center: int, centers: list[int], first_closed: int = 0, closed: list[int] | None = None) -> News:
    return News("a", None, first_center, LINE[centers], first_closed, np.array(closed or [], np.int64))


def nearest(search: Search) -> list[float]:
    distances: list[float] = search.pools.find(9, lambda: None).nearest.tolist()
    return distances


def test_points_are_measured_against_all_centers_heard_of(search: Search) -> None:
    assert search.hear(news(0, [0])) is None
    assert nearest(search) == [1, 25, 36, 100]
    assert search.hear(news(1, [4], 0, [3])) is None
    assert nearest(search) == [1, 25, 16]


def test_what_is_told_twice_counts_once(search: Search) -> None:
    for _ in range(2):
        search.hear(news(0, [0], 0, [0]))
    search.hear(news(0, [0, 4], 0, [0, 3]))
    assert search.progress == Behind(2, 2, has_plan=True)
    assert nearest(search) == [25, 16]


@pytest.mark.parametrize("missing", [news(1, [4]), news(0, [], 1, [2])])
def test_news_after_a_gap_are_answered_with_what_is_known(search: Search, missing: News) -> None:
    assert search.hear(missing) == Behind(0, 0, has_plan=True)
