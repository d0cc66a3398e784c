import os
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from al_core.exceptions import ServerError
from al_core.remote.cache import UNUSED_SECONDS, Cache
from al_core.store import Kind, StoredArray
from al_core.store.files import array_digest

ARRAY = np.arange(6.0)


def stored(name: str = "mine", created_at: int = 0, array_id: str = "a" * 24, digest: str | None = None) -> StoredArray:
    return StoredArray(array_id, Kind.PROJECTION, name, digest or array_digest(ARRAY), (6,), {"seed": 0}, created_at)


def download(file: IO[bytes]) -> None:
    np.save(file, ARRAY)


def refuse(_file: IO[bytes]) -> None:
    raise AssertionError("it is here already")


def test_equal_content_is_downloaded_once_whatever_its_name(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.array(stored("first"), download).tolist() == ARRAY.tolist()
    assert cache.array(stored("second"), refuse).tolist() == ARRAY.tolist()


@pytest.mark.parametrize("digest", ["0" * 64, "../../escape"])
def test_content_that_does_not_match_its_digest_is_not_kept(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ServerError):
        Cache(tmp_path).array(stored(digest=digest), download)
    assert list(tmp_path.rglob("*.npy")) == []


def test_results_belong_to_a_dataset_and_the_newest_of_a_name_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = stored("view", created_at=2, array_id="1" * 24)
    second = stored("view", created_at=3, array_id="2" * 24)
    other = stored("other", created_at=1, array_id="3" * 24)
    for result in (first, second, other):
        cache.keep_result("server/a", result, ARRAY)
    assert cache.results("server/a", Kind.PROJECTION) == [other, second]
    assert cache.results("server/a", Kind.NEIGHBORS) == cache.results("server/b", Kind.PROJECTION) == []
    assert not cache.result_path("server/a", first).exists()


def test_what_nobody_has_read_for_a_month_is_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.array(stored(), download)
    cache.keep_result("server/a", stored(), ARRAY)
    [array] = (tmp_path / "arrays").iterdir()
    os.utime(array, (0, array.stat().st_mtime - UNUSED_SECONDS - 1))
    Cache(tmp_path)
    assert not array.exists()
    assert cache.results("server/a", Kind.PROJECTION) == [stored()]
