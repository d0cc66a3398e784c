"""The threads that do the work of jobs, and the queue in front of them."""

import logging
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from al_core.exceptions import BusyError
from al_core.jobs.job import Job
from al_core.types import Progress

MOST_WAITING = 100
"""Whoever comes after so many selections of a second each waits a minute on two cores, and should come back instead."""

FEWEST_WORKERS = 2
"""On one core too: reading a file must not wait for an embedding that takes an hour."""


@dataclass(frozen=True)
class Task:
    """A job and what it has to do."""

    job: Job
    work: Callable[[Progress], Any]


class WorkerPool:
    """Runs jobs in the background, a few at a time; the others wait in a queue of limited length.

    Jobs wait in groups, and the groups take turns: who starts a hundred jobs at once does not keep the others waiting.

    Args:
        n_workers: How many jobs run at the same time; by default one per core.
        most_waiting: How many may wait.
    """

    def __init__(self, n_workers: int | None = None, most_waiting: int = MOST_WAITING) -> None:
        self._n_workers = n_workers or max(FEWEST_WORKERS, os.cpu_count() or 1)
        self._most_waiting = most_waiting
        self._groups: OrderedDict[str, deque[Task]] = OrderedDict()
        self._n_running = 0
        self._lock = threading.Lock()

    def check_room(self) -> None:
        """Check that another job may wait.

        Raises:
            BusyError: If the queue is full.
        """
        with self._lock:
            self._check_room()

    def has_room(self) -> bool:
        """Return whether another job may wait."""
        try:
            self.check_room()
        except BusyError:
            return False
        return True

    def submit(self, group: str, job: Job, work: Callable[[Progress], Any]) -> None:
        """Let a job run as soon as a worker is free and its group has its turn.

        Raises:
            BusyError: If the queue is full, or the system has no thread for a worker.
        """
        with self._lock:
            self._check_room()
            # A new worker stops at the lock until the job is in the queue.
            if self._n_running < self._n_workers and not self._add_worker() and not self._n_running:
                raise BusyError("this machine has no thread left for another job; try again when others have ended")
            self._groups.setdefault(group, deque()).append(Task(job, work))

    def _check_room(self) -> None:
        self._drop_canceled()
        n_waiting = sum(map(len, self._groups.values()))
        if n_waiting >= self._most_waiting:
            raise BusyError(f"{n_waiting} jobs are waiting already, and no more may; try again when some have ended")

    def _drop_canceled(self) -> None:
        # A job canceled while it waits has ended without a worker, but still holds its place.
        waiting = {group: [task for task in tasks if task.job.is_running] for group, tasks in self._groups.items()}
        self._groups = OrderedDict((group, deque(tasks)) for group, tasks in waiting.items() if tasks)

    def _add_worker(self) -> bool:
        # A daemon: a long job must not keep the process alive. Files are written atomically: none is left half done.
        worker = threading.Thread(target=self._work, name="job worker", daemon=True)
        try:
            worker.start()
        except RuntimeError:
            # The system's limit of threads or memory. Another worker takes the job, if there is one.
            return False
        self._n_running += 1
        return True

    def _work(self) -> None:
        # A worker ends when nothing waits, so an idle process has no threads and keeps no dataset alive.
        while task := self._next():
            try:
                task.job.run(task.work)
            except Exception:
                # The job has ended, but the catalog could not be written. The other jobs still need this worker.
                logging.getLogger(__name__).exception("the outcome of the job %s was not stored", task.job.id)

    def _next(self) -> Task | None:
        with self._lock:
            if not self._groups:
                self._n_running -= 1
                return None
            group, waiting = self._groups.popitem(last=False)
            task = waiting.popleft()
            # To the end of the round.
            if waiting:
                self._groups[group] = waiting
            return task


@cache
def process_pool() -> WorkerPool:
    """Return the pool that all jobs of this process share, as they share its cores."""
    return WorkerPool()
