import numpy as np

from al_core.store import Kind, LocalDataset
from al_core.store.label_sets import NewLabelSet


def new(name: str, *rows: int) -> NewLabelSet:
    annotations = np.array([(row,) for row in rows], [("row", np.int64)])
    return NewLabelSet(name, "classification", np.array(rows), {Kind.LABEL: annotations})


def test_a_set_is_found_by_name_and_by_id(dataset: LocalDataset) -> None:
    stored = dataset.labels.store(new("first", 0, 2))
    assert dataset.labels.get("first") == dataset.labels.get(stored.id) == stored
    assert stored.arrays[Kind.LABEL].shape == (2,)
