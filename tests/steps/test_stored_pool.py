import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.steps.stored_pool import StoredPool
from al_core.store import Dataset


def test_rows_are_those_that_the_selection_had(dataset: Dataset) -> None:
    query = dataset.create_tag("some", np.array([1, 2, 4, 5]))
    labeled = dataset.create_tag("done", np.array([0]))
    config = SelectionConfig("CORESET", 3, name="picked", seed=1)
    selection = workflow.run_selection(dataset, config, query_tag=query, labeled_tag=labeled)
    stored = StoredPool.of(dataset, selection)
    assert stored.pool.query_rows.tolist() == [1, 2, 4, 5]
    assert stored.pool.labeled_rows.tolist() == [0]
    [drawn, again] = stored.draws(2, [7, 7])
    assert len(drawn) == 2
    assert set(drawn.tolist()) <= {1, 2, 4, 5}
    assert drawn.tolist() == again.tolist()


def test_a_deleted_query_tag_is_named_as_the_reason(dataset: Dataset) -> None:
    query = dataset.create_tag("some", np.array([1, 2, 4, 5]))
    config = SelectionConfig("CORESET", 3, name="picked", seed=1)
    selection = workflow.run_selection(dataset, config, query_tag=query)
    dataset.delete_tag(query)
    with pytest.raises(MissingInputError, match="chose among has been deleted"):
        StoredPool.of(dataset, selection)
