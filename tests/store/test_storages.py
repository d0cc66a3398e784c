"""Which storage a workspace's arrays are in, and what is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import WorkspaceError
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.store import Kind, LocalDataset, Workspace
from al_core.store.backup import restore_backup
from tests.buckets import new_bucket, use_endpoint
from tests.store.contents import keys_of


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket."""
    use_endpoint(monkeypatch, s3)
    return f"s3://{new_bucket(s3)}"


def test_the_loop_goes_on_after_the_cache_is_gone(workspace: Workspace, dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7])})
    shutil.rmtree(workspace.home / "cache", ignore_errors=True)
    with Workspace(workspace.home) as later:
        reopened = later.dataset("line")
        config = SelectionConfig("CORESET", 2, name="picked")
        chosen = make_selection(reopened, config, SelectionInputs(None, None, "default", follows_rounds=False))
        assert len(chosen.added_rows) == 2
        assert reopened.filenames()[:2] == ["a.png", "b.png"]
        assert workflow.read_selection(reopened, reopened.tag("picked"))


def test_some_rows_come_in_the_order_asked_for(dataset: LocalDataset) -> None:
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])})
    assert dataset.arrays.read_rows(stored, np.array([5, 0, 5])).tolist() == [0.5, 0.0, 0.5]
    assert dataset.arrays.read_rows(stored, np.empty(0, np.int64)).tolist() == []


def test_the_first_to_say_an_address_records_it(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", f"{bucket}/arrays/")
    with Workspace(tmp_path) as workspace:
        workspace.create_dataset("cats", ["a.png"])
    monkeypatch.delenv("AL_CORE_ARRAYS")
    with Workspace(tmp_path) as workspace:
        dataset = workspace.dataset("cats")
        assert (dataset.filenames(), len(keys_of(dataset))) == (["a.png"], 1)
    assert not (tmp_path / "datasets" / dataset.id).exists()


def test_another_address_is_refused(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", f"{bucket}/one")
    Workspace(tmp_path).close()
    monkeypatch.setenv("AL_CORE_ARRAYS", f"{bucket}/two")
    with pytest.raises(WorkspaceError, match=f"are in {bucket}/one, but AL_CORE_ARRAYS is {bucket}/two; set it to"):
        Workspace(tmp_path)


def test_an_address_for_a_workspace_with_files_is_refused(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_ARRAYS", raising=False)
    with Workspace(tmp_path) as workspace:
        workspace.create_dataset("cats", ["a.png"])
    monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
    with pytest.raises(WorkspaceError, match=r"are in .*datasets, but AL_CORE_ARRAYS is .*; leave it out") as caught:
        Workspace(tmp_path)
    assert str(tmp_path) not in caught.value.public


def test_the_place_of_another_workspace_is_refused(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
    Workspace(tmp_path / "one").close()
    with pytest.raises(WorkspaceError, match=f"{bucket} holds the arrays of the workspace .*; set AL_CORE_ARRAYS to"):
        Workspace(tmp_path / "two")


def test_a_place_that_was_emptied_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", str(tmp_path / "arrays"))
    Workspace(tmp_path / "home").close()
    (tmp_path / "arrays" / "workspace.json").unlink()
    with pytest.raises(WorkspaceError, match="holds nothing of this workspace; set AL_CORE_ARRAYS to"):
        Workspace(tmp_path / "home")


def test_a_folder_beside_the_home_holds_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", str(tmp_path / "arrays"))
    with Workspace(tmp_path / "home") as workspace:
        dataset = workspace.create_dataset("cats", ["a.png"])
        [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.5])})
        assert dataset.arrays.path(stored).is_relative_to(tmp_path / "arrays" / dataset.id)
        assert list(workspace.doctor.examine()) == []


def test_a_new_home_joins_a_workspace_whose_arrays_are_in_a_bucket(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
    monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    with Workspace(tmp_path / "one") as one, Workspace(tmp_path / "two") as two:
        dataset = one.create_dataset("cats", ["a.png", "b.png"])
        dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.5, 0.25])})
        seen = two.dataset("cats")
        assert seen.filenames() == ["a.png", "b.png"]
        assert seen.arrays.read(seen.arrays.get(Kind.SCORE, "mine")).tolist() == [0.5, 0.25]


def test_a_process_that_opened_the_workspace_before_stores_nothing_elsewhere(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_ARRAYS", raising=False)
    with Workspace(tmp_path) as before:
        monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
        Workspace(tmp_path).close()
        with pytest.raises(WorkspaceError, match="somewhere else since this process has opened it; start it again"):
            before.create_dataset("cats", ["a.png"])


@pytest.mark.parametrize("address", ["s3://key:secret@bucket", "nothing://bucket", "s3://bucket/../a"])
def test_an_address_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", address)
    with pytest.raises(WorkspaceError, match="AL_CORE_ARRAYS cannot be used: ") as caught:
        Workspace(tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("gigabytes", ["-1", "much", "nan", "inf"])
def test_a_limit_that_is_none_is_refused(
    tmp_path: Path, bucket: str, gigabytes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
    monkeypatch.setenv("AL_CORE_CACHE_GB", gigabytes)
    with pytest.raises(WorkspaceError, match=f"should be a number of gigabytes from 0, not '{gigabytes}'"):
        Workspace(tmp_path)


def test_a_bucket_that_is_not_there_is_said_before_work_starts(
    tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_endpoint(monkeypatch, s3)
    monkeypatch.setenv("AL_CORE_ARRAYS", "s3://no-such-bucket/prefix")
    with pytest.raises(WorkspaceError, match="s3://no-such-bucket/prefix is in a bucket that does not exist"):
        Workspace(tmp_path)


def test_a_backup_of_a_bucket_is_restored_as_files(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    monkeypatch.setenv("AL_CORE_ARRAYS", bucket)
    with Workspace(tmp_path / "home") as workspace:
        dataset = workspace.create_dataset("cats", ["a.png", "b.png"])
        dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.5, 0.25])})
        shutil.rmtree(workspace.home / "cache")
        assert workspace.back_up(tmp_path / "backup.tar") == []
    monkeypatch.delenv("AL_CORE_ARRAYS")
    assert restore_backup(tmp_path / "backup.tar", tmp_path / "restored", None) == []
    with Workspace(tmp_path / "restored") as restored:
        dataset = restored.dataset("cats")
        [stored] = dataset.arrays.all(Kind.SCORE)
        assert (dataset.filenames(), dataset.arrays.read(stored).tolist()) == (["a.png", "b.png"], [0.5, 0.25])
        assert dataset.arrays.path(stored).is_relative_to(restored.home / "datasets")
