import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, NotAllowedError, NotFoundError
from al_core.store import Kind, LocalDataset, TagOrigin, Workspace
from al_core.store.records import Tag


def undo(workspace: Workspace, name: str | None = None) -> None:
    """Bring back what was deleted or replaced last."""
    workspace.tombstones.restore(workspace.tombstones.all()[0].id, name=name)


def test_a_deleted_dataset_comes_back_as_it_was(workspace: Workspace, dataset: LocalDataset) -> None:
    tag = dataset.create_tag("odd", np.array([1, 3, 5]))
    workspace.delete_dataset("line")
    assert workspace.datasets() == []
    with pytest.raises(NotFoundError):
        workspace.dataset(dataset.id)
    undo(workspace)
    again = workspace.dataset("line")
    assert (again.id, again.filenames(), again.tag("odd")) == (dataset.id, dataset.filenames(), tag)
    embedding = again.arrays.get(Kind.EMBEDDING, "default")
    assert again.arrays.read(embedding).shape == (6, 2)
    assert workspace.tombstones.all() == []


def test_a_deleted_score_comes_back(workspace: Workspace, dataset: LocalDataset) -> None:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.full(6, 0.25)}, {"source": "by hand"})
    dataset.arrays.delete(Kind.SCORE, "mine")
    assert dataset.arrays.find(Kind.SCORE, "mine") is None
    undo(workspace)
    assert dataset.arrays.get(Kind.SCORE, "mine") == stored
    assert dataset.arrays.read(stored).tolist() == [0.25] * 6


def test_bringing_back_a_replaced_score_can_be_undone_too(workspace: Workspace, dataset: LocalDataset) -> None:
    for value in (0.25, 0.5):
        dataset.arrays.save(Kind.SCORE, {"mine": np.full(6, value)})
    values = []
    for _ in range(2):
        undo(workspace)
        values.append(dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "mine"))[0])
    assert values == [0.25, 0.5]


def test_a_deleted_embedding_comes_back_unless_there_is_another(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.arrays.delete(Kind.EMBEDDING, "default")
    dataset.arrays.save(Kind.EMBEDDING, {"default": np.zeros((6, 3), np.float32)})
    with pytest.raises(AlreadyExistsError, match="there is another embedding 'default' by now"):
        undo(workspace)
    dataset.arrays.delete(Kind.EMBEDDING, "default")
    workspace.tombstones.restore(workspace.tombstones.all()[1].id)
    assert dataset.arrays.get(Kind.EMBEDDING, "default").shape == (6, 2)


def selection(dataset: LocalDataset, parent: Tag | None = None) -> Tag:
    return dataset.create_tag("picked", np.array([4, 2]), TagOrigin(parent=parent, order=np.array([4, 2])))


def test_a_deleted_tag_comes_back_with_the_order_in_which_it_was_picked(
    workspace: Workspace, dataset: LocalDataset
) -> None:
    tag = selection(dataset)
    dataset.delete_tag(tag)
    assert dataset.arrays.all(Kind.SELECTION) == []
    undo(workspace)
    assert dataset.tag("picked") == tag
    assert dataset.arrays.read(dataset.arrays.get(Kind.SELECTION, tag.id)).tolist() == [4, 2]


def test_a_tag_whose_name_is_in_use_comes_back_under_another(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.delete_tag(selection(dataset))
    dataset.create_tag("picked", np.array([0]))
    with pytest.raises(AlreadyExistsError, match="There already exists a tag"):
        undo(workspace)
    undo(workspace, name="picked before")
    assert dataset.tag("picked before").rows.tolist() == [2, 4]


def test_a_tag_comes_back_after_its_parent(workspace: Workspace, dataset: LocalDataset) -> None:
    parent = dataset.create_tag("parent", np.array([4]))
    dataset.delete_tag(selection(dataset, parent))
    dataset.delete_tag(parent)
    of_parent, of_child = workspace.tombstones.all()
    with pytest.raises(NotAllowedError, match="bring that one back first"):
        workspace.tombstones.restore(of_child.id)
    workspace.tombstones.restore(of_parent.id)
    workspace.tombstones.restore(of_child.id)
    assert dataset.tag("picked").parent_id == dataset.tag("parent").id == parent.id


def test_after_growing_a_tag_comes_back_and_a_score_does_not(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.arrays.delete(Kind.SCORE, "mine")
    dataset.delete_tag(selection(dataset))
    for number in range(5):
        dataset.samples.add(f"new {number}.png", {})
    dataset.grow("more")
    of_tag, of_score = workspace.tombstones.all()
    workspace.tombstones.restore(of_tag.id)
    assert (dataset.tag("picked").rows.tolist(), dataset.tag("picked").n_samples) == ([2, 4], 11)
    with pytest.raises(NotAllowedError, match="has 6 rows, but the dataset has 11 samples"):
        workspace.tombstones.restore(of_score.id)


def test_nothing_is_brought_back_twice(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.delete_tag(selection(dataset))
    [stone] = workspace.tombstones.all()
    workspace.tombstones.restore(stone.id)
    with pytest.raises(NotFoundError, match="it is too late"):
        workspace.tombstones.restore(stone.id)
