import numpy as np
import pytest

from al_core.exceptions import (
    InvalidInputError,
)
from al_core.steps.tags import combine_tags
from al_core.store import Dataset


@pytest.mark.parametrize(
    ("operation", "rows"), [("union", [0, 1, 2, 3]), ("intersection", [1, 2]), ("difference", [0])]
)
def test_tags_are_combined_as_sets(dataset: Dataset, operation: str, rows: list[int]) -> None:
    first = dataset.create_tag("first", np.array([0, 1, 2]))
    second = dataset.create_tag("second", np.array([1, 2, 3]))
    tag = combine_tags(dataset, first, second, operation, "result")  # type: ignore[arg-type]
    assert tag.rows.tolist() == rows


def test_an_empty_combination_is_refused(dataset: Dataset) -> None:
    first, second = (dataset.create_tag(name, np.array([row])) for name, row in (("first", 0), ("second", 1)))
    with pytest.raises(InvalidInputError, match="the intersection of 'first' and 'second' is empty"):
        combine_tags(dataset, first, second, "intersection", "result")
