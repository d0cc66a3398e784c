"""One worker per core, each with its own single-threaded matrix product.

Two BLAS threads that wait for each other lose most of their speed when the machine is shared or the products are small;
independent workers do not wait (decision 012).
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits

# numba's own threads: where it has neither OpenMP nor TBB (macOS), two Python threads that enter its parallel loops at
# once terminate the process, and a server runs two jobs at once.
_numba_lock = Lock()
# BLAS has one limit per process: the first pool to open sets it, the last to close takes it back.
_lock = Lock()
_n_open = 0
_limits: threadpool_limits | None = None


def n_cores() -> int:
    """Return the number of cores this process may use."""
    # The affinity mask heeds taskset and cpusets; macOS and Windows have none.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(n_threads: int | None = None) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of one thread per core, or of so many; BLAS is held to one thread while any such pool is open."""
    _limit_blas()
    try:
        with ThreadPoolExecutor(n_threads or n_cores()) as pool:
            yield pool
    finally:
        _release_blas()


@contextmanager
def numba_threads() -> Iterator[None]:
    """Let one thread at a time call a library whose compiled loops are parallel (umap-learn, pynndescent)."""
    with _numba_lock:
        yield


def _limit_blas() -> None:
    global _n_open, _limits  # noqa: PLW0603 - the limit is one of the process too
    with _lock:
        if _n_open == 0:
            _limits = threadpool_limits(1, user_api="blas")
        _n_open += 1


def _release_blas() -> None:
    global _n_open  # noqa: PLW0603 - the same
    with _lock:
        _n_open -= 1
        if _n_open == 0 and _limits is not None:
            _limits.restore_original_limits()
