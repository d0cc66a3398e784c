import numpy as np

from al_core.store import Dataset, Workspace
from al_core.store.revisions import Revision


def test_a_dataset_is_found_by_id_and_by_name(workspace: Workspace, dataset: Dataset) -> None:
    revision = workspace.revisions.find(dataset.id)
    assert revision == workspace.revisions.find("line")
    assert revision is not None
    assert revision.dataset_id == dataset.id
    assert workspace.revisions.find("none") is None


def test_a_revision_changes_with_the_dataset_and_only_then(workspace: Workspace, dataset: Dataset) -> None:
    other = workspace.create_dataset("other", ["a.png"])
    before = workspace.revisions.find(dataset.id)
    assert before is not None
    other.create_tag("elsewhere", np.array([0]))
    assert workspace.revisions.find(dataset.id) == before
    dataset.create_tag("here", np.array([0]))
    assert workspace.revisions.find(dataset.id) == Revision(dataset.id, before.number + 1)


def test_a_dataset_that_was_deleted_has_no_revision(workspace: Workspace, dataset: Dataset) -> None:
    workspace.delete_dataset("line")
    assert workspace.revisions.find(dataset.id) is None
