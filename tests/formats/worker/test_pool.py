import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.worker.budget import Budget
from al_core.formats.worker.pool import Pool
from tests.formats.test_fuzz import EXAMPLES
from tests.formats.worker.bombs import xz_of_four_gigabytes

SMALL = Budget(1_000)
NAMES = EXAMPLES / "class-names" / "txt.txt"


@pytest.fixture
def pool() -> Pool:
    return Pool()


def read(pool: Pool, call: str = "class-names", path: Path = NAMES, budget: Budget = SMALL) -> Any:
    return pool.read(call, [[path], {}], path.name, budget)


def test_a_worker_reads_one_small_file_after_the_other(pool: Pool) -> None:
    read(pool)
    first = pool.idle_pid
    assert read(pool) == [f"digit {number}" for number in range(10)]
    assert pool.idle_pid == first


def test_after_a_large_file_there_is_another_worker(pool: Pool) -> None:
    read(pool)
    first = pool.idle_pid
    read(pool, budget=Budget(100_000_000))
    assert pool.idle_pid not in (None, first)


def test_after_a_bomb_the_next_file_is_read(pool: Pool, tmp_path: Path) -> None:
    xz_of_four_gigabytes(tmp_path / "a.tar.xz")
    with pytest.raises(FileFormatError):
        read(pool, "predictions", tmp_path / "a.tar.xz")
    assert len(read(pool)) == 10


def test_files_are_read_side_by_side(pool: Pool) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert [len(names) for names in threads.map(lambda _: read(pool), range(6))] == [10] * 6


def test_maps_keep_their_worker_and_end_it(pool: Pool) -> None:
    predictions = read(pool, "predictions", EXAMPLES / "predictions" / "maps.npz")
    read(pool)
    assert predictions.outputs[3].shape == (8, 8, 2)
    assert len(predictions.outputs) == 10
    del predictions
    gc.collect()
    assert len(read(pool)) == 10


def test_a_fork_leaves_the_workers_to_its_parent(pool: Pool) -> None:
    read(pool)
    assert pool.idle_pid
    pool.forget()
    assert pool.idle_pid is None
    assert hasattr(os, "register_at_fork")
