import numpy as np

from al_core.cluster.in_process import InProcessShards
from al_core.cluster.shards import even_starts, plans_of


def test_shards_are_as_even_as_rows_allow() -> None:
    assert even_starts(10, 4).tolist() == [0, 2, 5, 7, 10]
    assert even_starts(2, 7).tolist() == [0, 1, 2]


def test_rows_are_split_and_numbered_from_the_first_of_each_shard() -> None:
    shards = InProcessShards([], np.array([0, 4, 4, 10]))
    assert [part.tolist() for part in shards.split(np.array([1, 3, 4, 9]))] == [[1, 3], [], [0, 5]]


def test_a_shard_measures_the_rows_of_the_request_alone() -> None:
    embeddings = np.ones((6, 2), np.float32)
    embeddings[4] = np.nan
    plans = plans_of(embeddings, np.array([0, 3, 5]), np.array([0, 3, 6]), normalize=True)
    assert [plan.make(lambda: None).space.norms.tolist() for plan in plans] == [[1, 1, 1], [1, 1, 1]]
