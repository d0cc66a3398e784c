"""Background work that reports progress and can be canceled."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from al_core.exceptions import ALCoreError, Cancelled
from al_core.types import Progress


class JobState(StrEnum):
    """The state of a job: the first two are under way, the others are final."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Job:
    """One piece of work.

    Attributes:
        id: 24 hexadecimal digits, unique.
        title: What it does, for people.
        dataset_id: The dataset it works on, if there is one.
        done: Steps completed.
        total: Steps in all; 0 while unknown.
        result: What the work returned, once FINISHED.
        error: Why it FAILED, as a sentence; otherwise empty.
        error_type: The class of that error.
        created_at: Milliseconds since 1970.
        finished_at: The same; None while it is under way.
    """

    def __init__(self, title: str, dataset_id: str | None = None) -> None:
        self.id = secrets.token_hex(12)
        self.title = title
        self.dataset_id = dataset_id
        self.state = JobState.WAITING
        self.done = 0
        self.total = 0
        self.result: Any = None
        self.error = ""
        self.error_type = ""
        self.created_at = time.time_ns() // 1_000_000
        self.finished_at: int | None = None
        self._started = time.monotonic()
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether the job is still under way."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def fraction(self) -> float:
        """The share that is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The remaining time at the pace so far, or None before the first step is done."""
        elapsed = time.monotonic() - self._started
        return elapsed / self.fraction - elapsed if self.fraction else None

    @property
    def is_cancelling(self) -> bool:
        """Whether the job has been asked to stop and has not stopped yet."""
        return self.is_running and self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; it does so when it next reports progress."""
        self._cancelled.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended and return whether it has."""
        return self._ended.wait(timeout)

    def run(self, work: Callable[[Progress], Any], records: "JobRecords | None" = None) -> None:
        """Do the work in this thread. Its outcome is in `records` before anyone who waits is woken."""
        self._set(JobState.RUNNING, records)
        try:
            self._report(0, 0)
            self.result = work(self._report)
            outcome = JobState.FINISHED
        except Cancelled:
            outcome = JobState.CANCELLED
        except ALCoreError as error:
            outcome = self._failed(error, str(error))
        except Exception as error:  # noqa: BLE001 - nothing above a thread would show it
            outcome = self._failed(error, f"{type(error).__name__}: {error}")
        self.finished_at = time.time_ns() // 1_000_000
        try:
            self._set(outcome, records)
        # Even if the catalog cannot be written: whoever waits must be woken.
        finally:
            self.state = outcome
            self._ended.set()

    def _set(self, state: JobState, records: "JobRecords | None") -> None:
        if records:
            records.save(self, state)
        self.state = state

    def _failed(self, error: Exception, reason: str) -> JobState:
        self.error = reason
        self.error_type = type(error).__name__
        return JobState.FAILED

    def _report(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise Cancelled(f"{self.title} was cancelled")
        self.done = done
        self.total = total


class JobRecords(Protocol):
    """Stores jobs, so that their outcomes outlive the process."""

    def save(self, job: Job, state: JobState) -> None:
        """Store the job in this state."""


class Jobs:
    """The jobs of this process; they outlive the page that started them.

    Args:
        records: Where to store them; by default they are forgotten with the process.
        n_at_once: How many run at the same time; the others wait. By default one per core.
    """

    def __init__(self, records: JobRecords | None = None, n_at_once: int | None = None) -> None:
        self._by_key: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._records = records
        self._places = threading.Semaphore(n_at_once or os.cpu_count() or 1)

    def start(self, key: str | None, title: str, work: Callable[[Progress], Any], dataset_id: str | None = None) -> Job:
        """Run `work(progress)` in the background and return its job.

        While a job with the same key is under way, that one is returned and nothing new starts. A job without a key
        is found under its id.
        """
        with self._lock:
            running = self._by_key.get(key) if key else None
            if running and running.is_running:
                return running
            job = Job(title, dataset_id)
            self._by_key[key or job.id] = job
        if self._records:
            self._records.save(job, JobState.WAITING)
        # A daemon: a long job must not keep the process alive. Files are written atomically, so none is left half done.
        threading.Thread(target=self._run, args=(job, work), name=title, daemon=True).start()
        return job

    def _run(self, job: Job, work: Callable[[Progress], Any]) -> None:
        with self._places:
            job.run(work, self._records)

    def latest(self, key: str) -> Job | None:
        """Return the newest job with that key, or None."""
        return self._by_key.get(key)

    def forget(self, key: str) -> None:
        """Drop a job that has ended, once its outcome has been shown; one under way stays."""
        with self._lock:
            job = self._by_key.get(key)
            if job and not job.is_running:
                del self._by_key[key]
