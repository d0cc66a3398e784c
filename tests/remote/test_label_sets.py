import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.remote import RemoteDataset
from al_core.store import Dataset, TagOrigin
from tests.conftest import FILENAMES
from tests.steps.test_labels import boxes, classes, store


def test_labels_on_a_server_are_managed_from_here(line: RemoteDataset, dataset: Dataset) -> None:
    stored = store(line, classes(FILENAMES[:3], [0, 1, 1], ["a", "b", ""], [1, 2, 3]), "week 29", "round 1")
    assert [stored] == workflow.label_sets(line) == dataset.labels.all()
    assert line.tag("week 29").rows.tolist() == [0, 1, 2]
    counted = workflow.labels_for(line, "classification")
    assert counted.first_classes.tolist() == [0, 1, 1]
    assert counted.labels.annotators == ["a", "b", ""]
    child = line.create_tag("child", np.array([0]), TagOrigin(parent=line.tag("week 29")))
    with pytest.raises(NotAllowedError, match="has children: delete child first"):
        workflow.delete_labels(line, stored)
    line.delete_tag(child)
    workflow.delete_labels(line, stored)
    assert not line.has_tag("week 29")
    [deleted] = line.labels.deleted()
    assert workflow.restore_labels(line, deleted.id) == stored
    with pytest.raises(NotFoundError):
        workflow.restore_labels(line, deleted.id)


def test_boxes_and_masks_are_the_same_here_and_there(line: RemoteDataset, dataset: Dataset) -> None:
    store(line, boxes([FILENAMES[4], FILENAMES[2]]))
    for task in ("object-detection", "semantic-segmentation"):
        here = workflow.labels_for(line, task).labels
        there = workflow.labels_for(dataset, task).labels
        assert here.boxes.tolist() == there.boxes.tolist()
        assert here.runs.tolist() == there.runs.tolist()


def test_on_a_server_of_an_earlier_version_labels_are_stored_as_before(earlier: RemoteDataset) -> None:
    stored = store(earlier, classes(FILENAMES[:1], [0], ["a"], [1]), "week 29")
    assert stored.is_new
    assert workflow.label_sets(earlier) == [stored]
