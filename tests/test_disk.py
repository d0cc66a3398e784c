import os
from pathlib import Path

import pytest

from al_core import disk


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
    disk.write_atomically(tmp_path / "a.txt", lambda file: file.write(b"a"))
    assert synced == [(tmp_path / "a.txt").stat().st_ino, tmp_path.stat().st_ino]


def test_the_parent_of_each_new_folder_is_synced(tmp_path: Path, synced: list[int]) -> None:
    disk.make_folder(tmp_path / "outer" / "inner")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "outer").stat().st_ino]


def test_an_existing_folder_is_not_synced_again(tmp_path: Path, synced: list[int]) -> None:
    disk.make_folder(tmp_path)
    assert synced == []


def test_a_new_file_takes_the_place_of_no_other(tmp_path: Path) -> None:
    disk.write_atomically(tmp_path / "a.txt", lambda file: file.write(b"first"), is_new=True)
    with pytest.raises(FileExistsError):
        disk.write_atomically(tmp_path / "a.txt", lambda file: file.write(b"second"), is_new=True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"first")]


def test_an_array_that_does_not_fit_on_the_disk_is_known_by_what_numpy_says() -> None:
    assert disk.is_disk_full(OSError("9600 requested and 6112 written"))
    assert not disk.is_disk_full(OSError("obtaining file position failed"))
