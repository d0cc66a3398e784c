from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import NotAllowedError
from al_core.store import Kind, Workspace
from al_core.store.backup import restore_backup
from al_core.store.storages import asked_for
from tests.buckets import new_bucket, use_endpoint
from tests.store.contents import keys_of


@pytest.fixture
def backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "home") as workspace:
        dataset = workspace.create_dataset("cats", ["a.png", "b.png"])
        dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.5, 0.25])})
        dataset.arrays.save(Kind.EMBEDDING, {"default": np.eye(2, dtype=np.float32)})
        workspace.back_up(tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


@pytest.fixture(params=["bucket", "folder"])
def address(request: pytest.FixtureRequest, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty place, which `AL_CORE_ARRAYS` names."""
    use_endpoint(monkeypatch, s3)
    place = f"s3://{new_bucket(s3)}/arrays" if request.param == "bucket" else str(tmp_path / "arrays")
    monkeypatch.setenv("AL_CORE_ARRAYS", place)
    return place


def test_a_workspace_moves_to_another_place_by_a_backup(backup: Path, tmp_path: Path, address: str) -> None:
    assert restore_backup(backup, tmp_path / "moved", None, arrays_address=asked_for()) == []
    with Workspace(tmp_path / "moved") as moved:
        dataset = moved.dataset("cats")
        assert dataset.arrays._storage.address == address
        assert dataset.filenames() == ["a.png", "b.png"]
        assert dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "mine")).tolist() == [0.5, 0.25]
        assert dataset.arrays.read(dataset.arrays.get(Kind.EMBEDDING, "default")).tolist() == [[1, 0], [0, 1]]
        assert list(moved.doctor.examine()) == []
        if address.startswith("s3://"):
            assert len(keys_of(dataset)) == 3
        assert not list((tmp_path / "moved" / "datasets").rglob("*.npy"))


def test_a_place_of_a_workspace_is_refused_before_anything_is_unpacked(
    backup: Path, tmp_path: Path, address: str
) -> None:
    restore_backup(backup, tmp_path / "moved", None, arrays_address=address)
    with pytest.raises(NotAllowedError, match="holds the arrays of a workspace; set AL_CORE_ARRAYS to a place that is"):
        restore_backup(backup, tmp_path / "again", None, arrays_address=address)
    assert not (tmp_path / "again" / "datasets").exists()


def test_a_workspace_that_was_not_whole_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "home") as damaged:
        dataset = damaged.create_dataset("dogs", ["a.png"])
        [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.array([0.5])})
        dataset.arrays.path(stored).unlink()
        damaged.back_up(tmp_path / "damaged.tar")
    with pytest.raises(NotAllowedError, match=r"was not whole .*score 'mine' is missing.*; restore it without"):
        restore_backup(tmp_path / "damaged.tar", tmp_path / "moved", None, arrays_address=str(tmp_path / "arrays"))
    assert not (tmp_path / "arrays").exists()
