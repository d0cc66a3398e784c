"""A pool that is busy for as long as a test needs it to be."""

import threading

from al_core.jobs import Jobs, WorkerPool
from al_core.types import Progress
from tests.patience import PATIENCE

WAIT = 60


class Gate:
    """A pool whose workers are all busy until the gate opens."""

    def __init__(self, n_workers: int = 1, most_waiting: int = 100) -> None:
        self.pool = WorkerPool(n_workers, most_waiting)
        self._open = threading.Event()
        self._entered = threading.Semaphore(0)
        self.busy = [Jobs(pool=self.pool).start(None, "busy", self._pass) for _ in range(n_workers)]
        for _ in range(n_workers):
            assert self._entered.acquire(timeout=WAIT)

    def _pass(self, _progress: Progress) -> None:
        self._entered.release()
        self._open.wait(PATIENCE)

    def open(self) -> None:
        self._open.set()
        assert all(job.wait(PATIENCE) for job in self.busy)
