import numpy as np
import pytest

from al_core.exceptions import NotFoundError
from al_core.store import Dataset, Kind


def test_an_unknown_array_is_answered_with_the_existing_ones(dataset: Dataset) -> None:
    with pytest.raises(NotFoundError, match="there is no embedding 'other'; there are: 'default'"):
        dataset.arrays.get(Kind.EMBEDDING, "other")
    with pytest.raises(NotFoundError, match="there is no score 'mine'; there are: none yet"):
        dataset.arrays.get(Kind.SCORE, "mine")


def test_the_newest_array_is_the_one_stored_last_unless_one_is_named(dataset: Dataset) -> None:
    assert dataset.arrays.newest(Kind.SCORE) is None
    dataset.arrays.save(Kind.SCORE, {"first": np.zeros(6)})
    dataset.arrays.save(Kind.SCORE, {"second": np.zeros(6)})
    newest = dataset.arrays.newest(Kind.SCORE)
    named = dataset.arrays.newest(Kind.SCORE, "first")
    assert newest
    assert named
    assert (newest.name, named.name) == ("second", "first")
    with pytest.raises(NotFoundError):
        dataset.arrays.newest(Kind.SCORE, "third")
