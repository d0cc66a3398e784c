import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.store import files


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes of what is synced, in order."""
    inodes: list[int] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        inodes.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return inodes


def test_a_file_is_synced_before_its_folder(tmp_path: Path, synced: list[int]) -> None:
    files.write_array(tmp_path / "a.npy", np.arange(3))
    assert synced == [(tmp_path / "a.npy").stat().st_ino, tmp_path.stat().st_ino]


def test_the_parent_of_each_new_folder_is_synced(tmp_path: Path, synced: list[int]) -> None:
    files.make_folder(tmp_path / "outer" / "inner")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "outer").stat().st_ino]


def test_an_existing_folder_is_not_synced_again(tmp_path: Path, synced: list[int]) -> None:
    files.make_folder(tmp_path)
    assert synced == []


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    files.write_array(path, np.arange(3))
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        files.write_array(path, np.array([object()]))
    assert files.read_array(path).tolist() == [0, 1, 2]
    assert list(tmp_path.iterdir()) == [path]


def test_the_digest_depends_on_type_and_shape_too() -> None:
    arrays: list[NDArray[Any]] = [
        np.zeros(4),
        np.zeros((2, 2)),
        np.zeros(4, np.float32),
        np.zeros(8, np.float32),
        np.ones(4),
    ]
    assert len({files.array_digest(array) for array in arrays}) == len(arrays)
    assert files.array_digest(np.arange(6)[::2]) == files.array_digest(np.array([0, 2, 4]))


def test_filenames_come_back_as_they_were(tmp_path: Path) -> None:
    files.write_filenames(tmp_path / "filenames.arrow", ["b.png", "ä.png", "a.png"])
    assert files.read_filenames(tmp_path / "filenames.arrow").to_pylist() == ["b.png", "ä.png", "a.png"]
