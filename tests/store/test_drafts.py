"""What a writer that was killed in the middle leaves in a bucket, and how it goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from al_core.exceptions import NotAllowedError, WorkspaceError
from al_core.objects.objects import Objects
from al_core.store import Kind, LocalDataset, Workspace
from al_core.store.engines import reading, writing
from al_core.store.object_storage import ObjectStorage
from al_core.store.tables import drafts
from tests.buckets import new_bucket, use_endpoint
from tests.store.contents import keys_of

KILLED_IN_THE_MIDDLE = """
import os, signal, sys
import numpy as np
from al_core.objects.objects import Objects
from al_core.store import Kind, Workspace

write = Objects.write
left = [2]

def die(self, contents):
    write(self, contents)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

with Workspace(sys.argv[1]) as workspace:
    dataset = workspace.dataset("line")
    # Eight parts, four of them at a time.
    dataset.arrays._storage._part_bytes = 8
    Objects.write = die
    dataset.arrays.save(Kind.EMBEDDING, {"other": np.ones((8, 2), np.float32)})
"""


@pytest.fixture
def dataset(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalDataset]:
    use_endpoint(monkeypatch, s3)
    monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{new_bucket(s3)}/prefix")
    with Workspace(tmp_path / "home") as workspace:
        yield workspace.create_dataset("line", [f"{row}.png" for row in range(8)])


def storage_of(dataset: LocalDataset) -> ObjectStorage:
    storage = dataset.arrays._storage
    assert isinstance(storage, ObjectStorage)
    return storage


def n_drafts(dataset: LocalDataset) -> int:
    with reading(dataset._engine) as connection:
        return len(connection.execute(select(drafts)).all())


def expire(dataset: LocalDataset) -> None:
    with writing(dataset._engine) as connection:
        connection.execute(update(drafts).values(expires_at=1))


def save(dataset: LocalDataset) -> None:
    dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(8)})


def test_nothing_is_announced_any_more_once_it_is_stored(dataset: LocalDataset) -> None:
    save(dataset)
    assert (n_drafts(dataset), len(keys_of(dataset))) == (0, 2)


def test_parts_of_a_killed_writer_are_never_named_and_go_when_their_time_is_over(
    dataset: LocalDataset, tmp_path: Path
) -> None:
    before = keys_of(dataset)
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(tmp_path / "home")]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(keys_of(dataset)) == len(before) + 8
    with Workspace(tmp_path / "home") as workspace:
        reopened = workspace.dataset("line")
        assert reopened.arrays.all(Kind.EMBEDDING) == []
        assert list(workspace.doctor.examine()) == []
        assert (n_drafts(reopened), len(keys_of(reopened))) == (1, len(before) + 8)
        expire(reopened)
    with Workspace(tmp_path / "home") as workspace:
        assert (n_drafts(dataset), keys_of(dataset)) == (0, before)


def test_a_writer_that_took_too_long_names_nothing(
    dataset: LocalDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ObjectStorage.write

    def dawdle(*arguments: object) -> object:
        parts = write(*arguments)  # type: ignore[arg-type]  # passed on
        expire(dataset)
        Workspace(tmp_path / "home").close()
        return parts

    monkeypatch.setattr(ObjectStorage, "write", dawdle)
    with pytest.raises(NotAllowedError, match="writing took longer than 24 hours"):
        save(dataset)
    assert (dataset.arrays.all(Kind.SCORE), len(keys_of(dataset))) == ([], 1)


def test_a_bucket_that_goes_in_the_middle_names_nothing_and_leaves_an_announcement(
    dataset: LocalDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_of(dataset)._part_bytes = 8
    write = Objects.write
    n_left = [1]

    def go(self: Objects, contents: dict[str, bytes]) -> None:
        if not n_left:
            raise self._failure("cannot be written (Connection reset)", "try again")
        n_left.pop()
        write(self, contents)

    monkeypatch.setattr(Objects, "write", go)
    with pytest.raises(WorkspaceError, match="Connection reset"):
        save(dataset)
    assert (dataset.arrays.all(Kind.SCORE), n_drafts(dataset), len(keys_of(dataset))) == ([], 1, 5)
    expire(dataset)
    dataset._tombstones.remove_expired(is_due=True)
    assert (n_drafts(dataset), len(keys_of(dataset))) == (0, 1)


def test_what_fails_for_another_reason_is_removed_at_once(dataset: LocalDataset) -> None:
    with pytest.raises(NotAllowedError):
        dataset.arrays.save(Kind.SCORE, {"short": np.zeros(7)})
    assert (n_drafts(dataset), len(keys_of(dataset))) == (0, 1)


def test_the_objects_of_a_deleted_array_go_with_its_tombstone(dataset: LocalDataset) -> None:
    save(dataset)
    dataset._tombstones._retention = 0
    dataset.arrays.delete(Kind.SCORE, "mine")
    dataset._tombstones.remove_expired(is_due=True)
    assert len(keys_of(dataset)) == 1


def test_objects_that_nothing_names_are_reported_and_stay(
    dataset: LocalDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("al_core.store.doctor.LEFTOVER_AGE_SECONDS", -1)
    lost = f"{dataset.id}/{'f' * 24}"
    storage_of(dataset)._objects.write({f"{lost}/00000.npy": b"x"})
    with Workspace(tmp_path / "home") as workspace:
        [finding] = workspace.doctor.examine()
    assert finding.sentence.startswith(f"object '{lost}' is named by neither catalog nor tombstone; nothing reads it")
    assert (finding.mend, len(keys_of(dataset))) == (None, 2)
