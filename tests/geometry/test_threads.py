import os
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from al_core.geometry import threads
from al_core.geometry.threads import n_cores, workers
from tests.patience import PATIENCE


def blas_threads() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_there_is_a_core_and_no_more_than_the_machine_has() -> None:
    assert 1 <= n_cores() <= (os.cpu_count() or 1)


def test_there_are_as_many_workers_as_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "n_cores", lambda: 3)
    meeting = Barrier(3, timeout=PATIENCE)
    with workers() as pool:
        assert sorted(pool.map(lambda _: meeting.wait(), range(3))) == [0, 1, 2]


def test_blas_has_one_thread_until_the_last_pool_closes() -> None:
    before = blas_threads()
    with workers():
        with workers():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_blas_gets_its_threads_back_after_an_error() -> None:
    before = blas_threads()
    with pytest.raises(ZeroDivisionError), workers():
        _ = 1 / 0
    assert blas_threads() == before
