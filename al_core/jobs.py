"""Work in the background that shows its progress and can be cancelled."""

import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from al_core.exceptions import ALCoreError, Cancelled
from al_core.types import Progress


class JobState(StrEnum):
    """Where a job stands; the first two are under way, the others final."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Job:
    """One piece of work.

    Attributes:
        id: Unique in the process.
        title: What it does, for people.
        done: Steps completed.
        total: Steps in all; 0 while unknown.
        result: What the work returned, once FINISHED.
        error: Why it FAILED, as a sentence.
    """

    def __init__(self, title: str) -> None:
        self.id = secrets.token_hex(12)
        self.title = title
        self.state = JobState.WAITING
        self.done = 0
        self.total = 0
        self.result: Any = None
        self.error = ""
        self._started = time.monotonic()
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether the job is still under way."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time still needed at the pace so far, or None while there is no pace yet."""
        elapsed = time.monotonic() - self._started
        return elapsed / self.fraction - elapsed if self.fraction else None

    @property
    def is_cancelling(self) -> bool:
        """Whether the job has been asked to stop and has not stopped yet."""
        return self.is_running and self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next step."""
        self._cancelled.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended and return whether it has."""
        return self._ended.wait(timeout)

    def run(self, work: Callable[[Progress], Any]) -> None:
        """Do the work in this thread and keep its outcome."""
        self.state = JobState.RUNNING
        try:
            self._report(0, 0)
            self.result = work(self._report)
            self.state = JobState.FINISHED
        except Cancelled:
            self.state = JobState.CANCELLED
        except ALCoreError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - nothing above a thread would show it
            self._fail(f"{type(error).__name__}: {error}")
        finally:
            self._ended.set()

    def _fail(self, reason: str) -> None:
        self.error = reason
        self.state = JobState.FAILED

    def _report(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise Cancelled(f"{self.title} was cancelled")
        self.done, self.total = done, total


class Jobs:
    """The jobs of this process, kept after a page is closed or reloaded."""

    def __init__(self) -> None:
        self._by_key: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, key: str, title: str, work: Callable[[Progress], Any]) -> Job:
        """Run `work(progress)` in the background and return its job.

        While a job with the same key is under way, that one is returned and nothing new starts.
        """
        with self._lock:
            running = self._by_key.get(key)
            if running and running.is_running:
                return running
            job = self._by_key[key] = Job(title)
        # A daemon, so that a long job never keeps the process from ending; files are written atomically.
        threading.Thread(target=job.run, args=(work,), name=title, daemon=True).start()
        return job

    def latest(self, key: str) -> Job | None:
        """Return the newest job with that key, or None."""
        return self._by_key.get(key)

    def forget(self, key: str) -> None:
        """Drop a job that has ended, once its outcome has been shown."""
        with self._lock:
            job = self._by_key.get(key)
            if job and not job.is_running:
                del self._by_key[key]
