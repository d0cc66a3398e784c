import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from al_core.exceptions import BusyError
from al_core.jobs.heart import Heart
from al_core.jobs.job import Job, JobRecords
from al_core.jobs.pool import WorkerPool, process_pool
from al_core.types import Progress

MOST_REMEMBERED = 1000
"""Clients ask about a job for seconds after its end; a thousand are the selections of some minutes, and 1 MB."""


class Jobs:
    """Jobs of this process; they outlive the page that started them.

    Args:
        records: Where to store them; by default they are forgotten with the process.
        pool: Who does the work; by default the workers of the process.
        most_remembered: How many that have ended are held in memory, with their results; the newest ones.
    """

    def __init__(
        self,
        records: JobRecords | None = None,
        pool: WorkerPool | None = None,
        most_remembered: int = MOST_REMEMBERED,
    ) -> None:
        self._by_id: dict[str, Job] = {}
        # The newest of each key.
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()
        self._records = records
        self._heart = Heart(self._unsettled, records) if records else None
        self._pool = pool or process_pool()
        self._most_remembered = most_remembered

    def start(
        self,
        key: str | None,
        title: str,
        work: Callable[[Progress], Any],
        dataset_id: str | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> Job:
        """Run `work(progress)` in the background and return its job.

        While a job with the same key is under way, that one is returned and nothing new starts. With a recipe, JSON
        that says what the work is, another server takes the job over should this one be gone before it is done.

        Raises:
            BusyError: If too many jobs are waiting.
        """
        with self._lock:
            running = self._newest(key) if key else None
            if running and running.is_running:
                return running
            # Before anything is written: a full queue must not cost a transaction for each job that it refuses.
            self._pool.check_room()
            job = Job(title, dataset_id, self._records, recipe)
            # Recorded before it is queued: a worker may have ended it a moment later.
            job.record()
            self._submit(key, job, work)
        self._keep()
        return job

    def _submit(self, key: str | None, job: Job, work: Callable[[Progress], Any]) -> None:
        try:
            self._pool.submit(job.dataset_id or key or job.id, job, work)
        except BusyError as error:
            job.refuse(error)
            raise
        self._remember(key, job)

    def _keep(self) -> None:
        # Without the lock: the heart holds its own when it asks what is running.
        if self._heart:
            self._heart.start()

    def watch(self, resume: Callable[[Job, Progress], Any]) -> None:
        """From now on take over the jobs of servers that are gone, and do their work by `resume(job, progress)`."""
        assert self._heart, "jobs that are stored nowhere belong to one process"
        self._heart.watch(partial(self._take_over, resume))

    def _take_over(self, resume: Callable[[Job, Progress], Any]) -> None:
        """Take over one job after the other, as long as there is room for them."""
        assert self._records
        while self._pool.has_room():
            job = self._records.take_over()
            if job is None:
                return
            with self._lock:
                self._submit(None, job, partial(resume, job))
            self._keep()

    def _remember(self, key: str | None, job: Job) -> None:
        if key:
            # Of jobs with one key only the newest is held.
            self._by_id.pop(self._ids.get(key, ""), None)
            self._ids[key] = job.id
        self._by_id[job.id] = job
        # In the order of their starts, so the oldest are forgotten first.
        ended = [job_id for job_id, other in self._by_id.items() if not other.is_running]
        for job_id in ended[: max(len(ended) - self._most_remembered, 0)]:
            del self._by_id[job_id]
        self._ids = {key: job_id for key, job_id in self._ids.items() if job_id in self._by_id}

    def _newest(self, key: str) -> Job | None:
        return self._by_id.get(self._ids.get(key, ""))

    def latest(self, key: str) -> Job | None:
        """Return the newest job with that key, or None if there is none or another server has it by now."""
        job = self._newest(key)
        return None if job is None or job.is_lost else job

    def find(self, job_id: str) -> Job | None:
        """Return the job with that id, or None if it is not remembered or another server has it by now."""
        # Without the lock, which `start` holds while it waits for the catalog.
        job = self._by_id.get(job_id)
        return None if job is None or job.is_lost else job

    def running(self) -> list[Job]:
        """Return the jobs under way, in the order of their starts."""
        with self._lock:
            return [job for job in self._by_id.values() if job.is_running]

    def _unsettled(self) -> list[Job]:
        """Return the jobs under way, and those that ended while the catalog could not be written."""
        with self._lock:
            return [job for job in self._by_id.values() if job.is_running or job.is_unsaved]

    def forget(self, key: str) -> None:
        """Drop a job that has ended, once its outcome has been shown; one under way stays."""
        with self._lock:
            job = self._newest(key)
            if job and not job.is_running:
                del self._by_id[job.id]
