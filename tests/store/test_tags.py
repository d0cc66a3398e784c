import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from al_core.exceptions import ALCoreError, AlreadyExistsError, NotAllowedError, NotFoundError
from al_core.store import INITIAL_TAG, Kind, LocalDataset, TagOrigin, Workspace
from al_core.store import tags as tags_module
from al_core.store.records import Tag
from tests.store.statements import statements


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What the calls return or raise, each in a thread of its own, from one moment on."""
    start = threading.Barrier(len(calls))
    outcomes: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes[number] = call()
        except ALCoreError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number, call)) for number, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.files_only
def test_a_tag_made_before_the_dataset_grew_is_refused(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    elsewhere.samples.add("new.png", {})
    elsewhere.grow("more")
    with pytest.raises(NotAllowedError, match="made for 6 samples, but dataset 'line' has 7 by now; try again"):
        dataset.create_tag("late", np.array([0]), TagOrigin(order=np.array([0])))
    assert dataset.arrays.all(Kind.SELECTION) == []
    assert list((dataset._folder / "selection").iterdir()) == []


@pytest.mark.files_only
def test_the_order_of_a_tag_whose_name_was_taken_meanwhile_is_not_stored(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    origin = TagOrigin(order=np.array([0]))
    outcomes = at_once(
        *(lambda owner=owner: owner.create_tag("one", np.array([0]), origin) for owner in (dataset, elsewhere))
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyExistsError", "Tag"]
    assert [stored.name for stored in dataset.arrays.all(Kind.SELECTION)] == [dataset.tag("one").id]
    assert len(list((dataset._folder / "selection").iterdir())) == 1


def test_a_tag_below_one_that_was_deleted_meanwhile_is_refused(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    labeled = dataset.create_tag("labeled", np.array([0]))
    elsewhere.delete_tag(labeled)
    with pytest.raises(NotFoundError, match="tag 'labeled' of dataset 'line' has been deleted"):
        dataset.create_tag("child", np.array([0, 1]), TagOrigin(parent=labeled))


def test_of_making_a_child_and_deleting_its_parent_at_once_one_fails(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    for number in range(10):
        parent = dataset.create_tag(f"parent {number}", np.array([0]))
        child, deleted = at_once(
            partial(dataset.create_tag, f"child {number}", np.array([0, 1]), TagOrigin(parent=parent)),
            partial(elsewhere.delete_tag, parent),
        )
        outcome = (type(child), type(deleted))
        assert outcome in {(Tag, NotAllowedError), (NotFoundError, type(None))}
    ids = {tag.id for tag in dataset.tags()}
    assert {tag.parent_id for tag in dataset.tags() if tag.name != INITIAL_TAG} <= ids


def test_of_two_that_rename_to_one_name_at_once_one_is_refused(dataset: LocalDataset, elsewhere: LocalDataset) -> None:
    for number in range(10):
        left, right = (dataset.create_tag(f"{side} {number}", np.array([0])) for side in ("left", "right"))
        outcomes = at_once(
            partial(dataset.rename_tag, left, f"both {number}"),
            partial(elsewhere.rename_tag, right, f"both {number}"),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyExistsError", "Tag"]


def test_a_tag_that_was_deleted_meanwhile_is_neither_renamed_nor_deleted(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    tag = dataset.create_tag("gone", np.array([0]))
    elsewhere.delete_tag(tag)
    with pytest.raises(NotFoundError, match="'gone' of dataset 'line' has been deleted"):
        dataset.rename_tag(tag, "other")
    with pytest.raises(NotFoundError, match="'gone' of dataset 'line' has been deleted"):
        dataset.delete_tag(tag)


def test_a_tag_may_be_renamed_to_its_own_name(dataset: LocalDataset) -> None:
    tag = dataset.create_tag("same", np.array([0]))
    assert dataset.rename_tag(tag, "same") == tag


def test_a_name_is_taken_once_also_when_it_was_free_a_moment_ago(
    dataset: LocalDataset, elsewhere: LocalDataset
) -> None:
    dataset.check_tag_name("one")
    elsewhere.create_tag("one", np.array([0]))
    with pytest.raises(AlreadyExistsError, match="There already exists a tag with tag_name one"):
        dataset.create_tag("one", np.array([1]))


def test_creating_a_tag_reads_no_mask_however_many_tags_there_are(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(name: str) -> int:
        with statements(workspace) as executed:
            dataset.create_tag(name, np.array([0]))
        return len(executed)

    parent = dataset.create_tag("parent", np.array([0]))
    n_statements = create("first")
    for number in range(20):
        dataset.create_tag(f"tag {number}", np.array([0]))
    read: list[object] = []
    monkeypatch.setattr(tags_module, "_tag", read.append)
    assert create("last") == n_statements
    dataset.create_tag("child", np.array([0]), TagOrigin(parent=parent))
    assert read == []
