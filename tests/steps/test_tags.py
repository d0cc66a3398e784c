import numpy as np
import pytest

from al_core.exceptions import (
    InvalidInputError,
    NotAllowedError,
)
from al_core.steps.tags import combine_tags, deletion_order, unite_tags
from al_core.store import Dataset
from al_core.store.records import TagOrigin


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


def test_tags_are_deleted_before_those_they_were_made_from(dataset: Dataset) -> None:
    parent = dataset.create_tag("parent", np.array([0]))
    child = dataset.create_tag("child", np.array([1]), TagOrigin(parent=parent))
    other = dataset.create_tag("other", np.array([2]))
    tags = dataset.tags()
    order = [tag.name for tag in deletion_order(tags, [parent, other, child])]
    assert sorted(order) == ["child", "other", "parent"]
    assert order.index("child") < order.index("parent")
    with pytest.raises(NotAllowedError, match="tag 'parent' has children: choose child too"):
        deletion_order(tags, [parent, other])


def test_any_number_of_tags_are_united(dataset: Dataset) -> None:
    parts = [dataset.create_tag(f"part {row}", np.array([row, row + 1])) for row in (0, 1, 3)]
    united = unite_tags(dataset, parts, "all of them")
    assert united.rows.tolist() == [0, 1, 2, 3, 4]
    assert united.provenance.tags == ("part 0", "part 1", "part 3")
