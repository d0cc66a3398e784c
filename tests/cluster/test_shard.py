import pickle
import sys

import numpy as np
import pytest

from al_core.cluster.calls import FindPool, ReadRows
from al_core.cluster.shard import Shard
from al_core.cluster.shard_search import Behind, News, SearchPlan
from al_core.cluster.shards import plans_of
from al_core.exceptions import InvalidInputError

EMBEDDINGS = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
PLAN = SearchPlan(None, None, 5, np.float32(0))
NOTHING = np.empty((0, 8), np.float32)
NO_POINTS = np.empty(0, np.int64)


def shard() -> Shard:
    [plan] = plans_of(EMBEDDINGS, np.arange(50), np.array([0, 50]), normalize=False)
    return plan.make(lambda: None)


def test_a_copy_is_made_again_from_the_plan_and_forgets_its_search() -> None:
    original = shard()
    news = News("a", PLAN, 0, EMBEDDINGS[:1], 0, NO_POINTS)
    original.answer(FindPool(news, 4), 1, lambda: None)
    copy = pickle.loads(pickle.dumps(original))
    np.testing.assert_array_equal(copy.answer(ReadRows(np.array([3, 1])), 1, lambda: None), EMBEDDINGS[[3, 1]])
    later = News("a", None, 1, NOTHING, 0, NO_POINTS)
    assert original.answer(FindPool(later, 4), 1, lambda: None).points.size
    assert copy.answer(FindPool(later, 4), 1, lambda: None) == Behind()


def test_what_moving_a_shard_would_cost_is_the_size_of_its_vectors() -> None:
    assert sys.getsizeof(shard()) >= EMBEDDINGS.nbytes


def test_a_row_at_fault_is_named_by_its_number_in_the_dataset() -> None:
    damaged = EMBEDDINGS.copy()
    damaged[33] = np.inf
    plans = plans_of(damaged, np.arange(50), np.array([0, 30, 50]), normalize=True)
    with pytest.raises(InvalidInputError, match="the embedding of row 33 is not finite"):
        plans[1].make(lambda: None)
