import numpy as np
import pytest

from al_core.exceptions import NotFoundError
from al_core.store import LocalDataset, NewModel


def test_a_model_that_is_not_there_is_named_with_those_that_are(dataset: LocalDataset) -> None:
    with pytest.raises(NotFoundError, match="no model 'x'; there are: none yet"):
        dataset.models.get("x")
    dataset.models.store(NewModel("first", {"margin": np.zeros(6)}))
    with pytest.raises(NotFoundError, match="no model 'x'; there are: 'first'"):
        dataset.models.get("x")
    assert dataset.models.find("x") is None
