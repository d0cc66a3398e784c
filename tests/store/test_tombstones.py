import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import AlreadyExistsError, NotFoundError, WorkspaceError
from al_core.store import Kind, LocalDataset, TagOrigin, Workspace
from tests.store.contents import content_of
from tests.store.test_restoration import selection, undo


def files(dataset: LocalDataset) -> set[Path]:
    return {path for path in dataset._folder.rglob("*") if path.is_file()}


@pytest.fixture
def forgetful(workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalDataset]:
    """The dataset as a process has it in which the retention time is over at once."""
    monkeypatch.setenv("AL_CORE_RETENTION_HOURS", "0")
    with Workspace(workspace.home) as other:
        yield other.dataset(dataset.id)


def test_the_name_of_a_deleted_dataset_is_free_at_once(workspace: Workspace, dataset: LocalDataset) -> None:
    workspace.delete_dataset("line")
    new = workspace.create_dataset("line", ["z.png"])
    with pytest.raises(AlreadyExistsError, match="is already a dataset named 'line'"):
        undo(workspace)
    undo(workspace, name="old line")
    assert {found.name: found.id for found in workspace.datasets()} == {"line": new.id, "old line": dataset.id}


def test_a_tombstone_says_what_is_under_it_and_until_when(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.arrays.delete(Kind.SCORE, "mine")
    dataset.delete_tag(dataset.create_tag("gone", np.array([0])))
    tombstones = workspace.tombstones.all(dataset.id)
    assert [(stone.kind, stone.name, stone.dataset_id) for stone in tombstones] == [
        ("tag", "gone", dataset.id),
        ("score", "mine", dataset.id),
    ]
    assert {stone.expires_at - stone.deleted_at for stone in tombstones} == {24 * 3600 * 1000}
    assert workspace.tombstones.all("another") == []


def test_when_the_time_is_over_the_files_go_and_nothing_comes_back(
    workspace: Workspace, forgetful: LocalDataset
) -> None:
    before = files(forgetful)
    [stored] = forgetful.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    forgetful.arrays.delete(Kind.SCORE, "mine")
    forgetful.delete_tag(selection(forgetful))
    assert (workspace.tombstones.all(), files(forgetful)) == ([], before)
    assert content_of(forgetful, stored) is None


@pytest.mark.files_only
def test_a_dataset_whose_time_is_over_goes_with_its_files(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = workspace.create_dataset("other", ["x.png"])
    dataset.create_tag("child", np.array([0]), TagOrigin(parent=dataset.create_tag("parent", np.array([0]))))
    monkeypatch.setenv("AL_CORE_RETENTION_HOURS", "0")
    with Workspace(workspace.home) as forgetful:
        forgetful.delete_dataset("line")
    assert [folder.name for folder in (workspace.home / "datasets").iterdir()] == [other.id]
    assert workspace.tombstones.all() == []


def test_what_a_killed_process_has_not_removed_the_next_one_removes(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    monkeypatch.setattr(workspace.tombstones, "_retention", 0)
    with monkeypatch.context() as killed:
        killed.setattr(workspace.tombstones, "_remove_rows", lambda stone: None)
        dataset.arrays.delete(Kind.SCORE, "mine")
        workspace.tombstones.remove_expired(is_due=True)
    assert content_of(dataset, stored) is None
    assert len(workspace.tombstones._expired()) == 1
    Workspace(workspace.home).close()
    assert workspace.tombstones._expired() == []


@pytest.mark.files_only
def test_a_file_that_somebody_has_open_on_windows_goes_another_time(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    monkeypatch.setattr(workspace.tombstones, "_retention", 0)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    with monkeypatch.context() as windows:
        windows.setattr(Path, "unlink", refuse)
        dataset.arrays.delete(Kind.SCORE, "mine")
        workspace.tombstones.remove_expired(is_due=True)
    assert content_of(dataset, stored)
    workspace.tombstones.remove_expired(is_due=True)
    assert content_of(dataset, stored) is None


@pytest.mark.parametrize("hours", ["-1", "soon", "inf", "nan"])
def test_a_retention_that_is_no_time_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: str) -> None:
    monkeypatch.setenv("AL_CORE_RETENTION_HOURS", hours)
    with pytest.raises(
        WorkspaceError, match=f"AL_CORE_RETENTION_HOURS should be a number of hours from 0, not '{hours}'"
    ):
        Workspace(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_the_clock_may_be_put_back(
    workspace: Workspace, dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset.delete_tag(selection(dataset))
    stone = workspace.tombstones.all()[0]
    monkeypatch.setattr("al_core.store.tombstones.now", lambda: stone.expires_at)
    workspace.tombstones._expired()
    monkeypatch.setattr("al_core.store.tombstones.now", lambda: time.time_ns() // 1_000_000)
    with pytest.raises(NotFoundError, match="it is too late"):
        workspace.tombstones.restore(stone.id)
