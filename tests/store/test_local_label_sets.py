import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotFoundError
from al_core.store import Kind, LocalDataset, Workspace
from al_core.store.backup import restore_backup
from tests.store.contents import remove_content
from tests.store.test_label_sets import new


def test_two_people_at_once_store_both(dataset: LocalDataset) -> None:
    threads = [
        threading.Thread(target=dataset.labels.store, args=(new("mine", *range(n_rows)),)) for n_rows in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(labels.name for labels in dataset.labels.all()) == ["mine", "mine 2", "mine 3"]
    assert len({labels.tag_id for labels in dataset.labels.all()}) == 3


def test_nothing_is_left_of_labels_that_cannot_be_stored(workspace: Workspace) -> None:
    empty = workspace.create_dataset("empty")
    with pytest.raises(NotFoundError, match="has no 'initial-tag' yet"):
        empty.labels.store(new("first", 0))
    with pytest.raises(InvalidInputError, match="tag name"):
        empty.labels.store(new("!", 0))
    with pytest.raises(InvalidInputError, match="tag name"):
        empty.labels.store(replace(new("first", 0), round="a\u202eb"))
    assert empty.labels.all() == []
    assert workspace.checks.unnamed_files() == []


def test_a_tag_of_the_name_gives_the_labels_a_number(dataset: LocalDataset) -> None:
    dataset.create_tag("first", np.array([0]))
    assert dataset.labels.store(new("first", 1)).name == "first 2"


def test_labels_are_restored_unless_the_name_is_in_use(dataset: LocalDataset) -> None:
    dataset.labels.delete(dataset.labels.store(new("first", 1)))
    later = dataset.labels.store(new("first", 2))
    [deleted] = dataset.labels.deleted()
    with pytest.raises(AlreadyExistsError, match="there are other labels 'first' by now"):
        dataset.labels.restore(deleted.id)
    dataset.labels.delete(later)
    assert dataset.labels.restore(deleted.id).n_samples == 1


def test_a_missing_file_is_found_by_the_checks(dataset: LocalDataset, workspace: Workspace) -> None:
    stored = dataset.labels.store(new("first", 1))
    remove_content(dataset, stored.arrays[Kind.LABEL])
    assert [fault.kind for fault in workspace.checks.damaged_arrays()] == ["label"]


@pytest.mark.files_only
def test_a_backup_has_the_labels(
    dataset: LocalDataset, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset.labels.store(new("first", 1, 4))
    workspace.back_up(tmp_path / "backup.tar")
    assert restore_backup(tmp_path / "backup.tar", tmp_path / "copy", None) == []
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "copy") as copy:
        restored = copy.dataset(dataset.id)
        [labels] = restored.labels.all()
        assert labels == dataset.labels.all()[0]
        assert restored.arrays.read(labels.arrays[Kind.LABEL])["row"].tolist() == [1, 4]
