import errno
import os
from pathlib import Path
from typing import IO

import pytest

from al_core import disk
from al_core.exceptions import WorkspaceError
from al_core.store.array_cache import ArrayCache


def accept(draft: Path) -> None:
    """Find nothing wrong."""


def never(_: object) -> None:
    pytest.fail("nothing is fetched and nothing is checked")


def add(cache: ArrayCache, name: str, n_bytes: int, used_at: int) -> Path:
    path = cache.get(name, n_bytes, lambda file: file.write(b"x" * n_bytes), accept)
    os.utime(path, (used_at, used_at))
    return path


def names(cache: ArrayCache) -> list[str]:
    return sorted(path.name for path in cache.folder.iterdir() if path.suffix == ".npy")


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, 100)
    path = add(cache, "a.npy", 10, 1)
    assert cache.get("a.npy", 10, never, never) == path
    assert path.stat().st_mtime > 1


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, 100)
    for used_at, name in enumerate(["a.npy", "b.npy", "c.npy"], 1):
        add(cache, name, 30, used_at)
    assert cache.find("a.npy")
    add(cache, "d.npy", 40, 4)
    assert names(cache) == ["a.npy", "c.npy", "d.npy"]


def test_what_is_wrong_gets_no_name(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, 100)

    def refuse(draft: Path) -> None:
        raise ValueError("its digest is another")

    with pytest.raises(ValueError, match="its digest is another"):
        cache.get("a.npy", 3, lambda file: file.write(b"abc"), refuse)
    assert (names(cache), list(tmp_path.glob("*.tmp"))) == ([], [])


def test_what_is_larger_than_the_cache_is_refused_before_it_is_fetched(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path / "cache", 10**9)
    with pytest.raises(WorkspaceError, match=r"2.00 GB are needed .* limited to 1.00 GB; set AL_CORE_CACHE_GB to more"):
        cache.get("a.npy", 2 * 10**9, never, never)
    assert not cache.folder.exists()


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    def fill(file: IO[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    cache = ArrayCache(tmp_path, 100)
    with pytest.raises(WorkspaceError, match=r"has no room .*No space left on device.*; free some") as caught:
        cache.get("a.npy", 3, fill, accept)
    assert str(tmp_path) not in caught.value.public
    assert list(tmp_path.glob("*.tmp")) == []


def test_files_go_when_the_disk_has_no_room_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ArrayCache(tmp_path, 10**18)
    add(cache, "old.npy", 10, 1)
    # More than any disk has.
    cache._make_room(10**17)
    assert names(cache) == []


def test_a_temporary_file_of_a_killed_process_goes_and_that_of_a_live_one_stays(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, 100)
    for name, age in (("dead.npy.1.tmp", 0), ("live.npy.2.tmp", None)):
        (tmp_path / name).touch()
        if age is not None:
            os.utime(tmp_path / name, (age, age))
    add(cache, "a.npy", 1, 1)
    assert [path.name for path in tmp_path.glob("*.tmp")] == ["live.npy.2.tmp"]


def test_an_open_file_is_readable_after_it_was_removed(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, 10)
    with add(cache, "a.npy", 6, 1).open("rb") as file:
        add(cache, "b.npy", 6, 2)
        assert names(cache) == ["b.npy"]
        assert file.read() == b"xxxxxx"


def test_other_errors_are_not_taken_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(disk, "write_atomically", fail)
    with pytest.raises(PermissionError):
        ArrayCache(tmp_path, 10).get("a.npy", 1, never, accept)
