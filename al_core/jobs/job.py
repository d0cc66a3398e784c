"""One piece of work in the background."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from al_core.exceptions import ALCoreError, Cancelled, TakenOverError
from al_core.text import encodable
from al_core.types import Progress


class JobState(StrEnum):
    """The state of a job: the first two are under way, the others are final."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class JobStatus(Protocol):
    """What people are shown of a job, whichever server works on it; the attributes are those of `Job`."""

    @property
    def id(self) -> str:
        """24 hexadecimal digits, unique."""

    @property
    def title(self) -> str:
        """What it does."""

    @property
    def state(self) -> JobState:
        """How it stands."""

    @property
    def result(self) -> Any:
        """What the work returned, once FINISHED."""

    @property
    def error(self) -> str:
        """Why it FAILED, as a sentence; otherwise empty."""

    @property
    def done(self) -> int:
        """Steps completed."""

    @property
    def total(self) -> int:
        """Steps in all; 0 while unknown."""

    @property
    def fraction(self) -> float:
        """The share that is done, 0 to 1."""

    @property
    def seconds_left(self) -> float | None:
        """The remaining time, or None while nobody can tell."""

    @property
    def is_running(self) -> bool:
        """Whether it is under way."""

    @property
    def is_canceling(self) -> bool:
        """Whether it has been asked to stop and has not stopped yet."""


@dataclass(frozen=True)
class Beat:
    """What a heartbeat brings to light.

    Attributes:
        canceled: The ids of jobs that somebody has asked another server to stop.
        lost: Those of jobs that another server has by now.
    """

    canceled: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


class JobRecords(Protocol):
    """Stores jobs, so that other servers see them, stop them, and take them over when this one is gone."""

    @property
    def heartbeat_seconds(self) -> float:
        """How often `beat` has to be called while jobs are under way."""

    @property
    def is_open(self) -> bool:
        """Whether anything can be stored; no longer once the workspace is closed."""

    def save(self, job: "Job", state: JobState) -> None:
        """Store the job in this state."""

    def holding(self, job: "Job") -> AbstractContextManager[None]:
        """Let this thread store results only while this server has the job."""

    def beat(self, jobs: "Sequence[Job]") -> Beat:
        """Say that this server still works on these jobs."""

    def save_late(self, job: "Job") -> None:
        """Store how a job has ended, which could not be stored then."""

    def take_over(self) -> "Job | None":
        """Return a job whose server is gone, which is this server's from now on."""


class Job:
    """One piece of work.

    Args:
        title: What it does, for people.
        dataset_id: The dataset it works on, if there is one.
        records: Where it is stored; by default it is forgotten with the process.
        recipe: JSON by which another server can do the work again; None if none can.

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
        attempt: How many servers have worked on it, this one included.
        is_lost: Whether another server has it by now, so that what counts is the record.
        is_unsaved: Whether it could not be stored how it ended.
    """

    def __init__(
        self,
        title: str,
        dataset_id: str | None = None,
        records: JobRecords | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = secrets.token_hex(12)
        self.title = title
        self.dataset_id = dataset_id
        self.recipe = recipe
        self.attempt = 1
        self.is_lost = False
        self.is_unsaved = False
        self.state = JobState.WAITING
        self.done = 0
        self.total = 0
        self.result: Any = None
        self.error = ""
        self.error_type = ""
        self.created_at = time.time_ns() // 1_000_000
        self.finished_at: int | None = None
        self._records = records
        self._started = time.monotonic()
        # Held by the worker or the cancel that ended the waiting, whichever came first, and never released.
        self._start = threading.Lock()
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
        # At the pace so far the whole takes elapsed / fraction.
        return elapsed / self.fraction - elapsed if self.fraction else None

    @property
    def is_canceling(self) -> bool:
        """Whether the job has been asked to stop and has not stopped yet."""
        return self.is_running and self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop: at once while it waits, otherwise when it next reports progress."""
        self._cancelled.set()
        if self._stop_waiting():
            self._end(JobState.CANCELLED)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended and return whether it has."""
        return self._ended.wait(timeout)

    def record(self) -> None:
        """Store the job for the first time."""
        self._set(JobState.WAITING)

    def run(self, work: Callable[[Progress], Any]) -> None:
        """Do the work in this thread, unless the job was canceled before."""
        if not self._stop_waiting():
            return
        self._started = time.monotonic()
        try:
            self._set(JobState.RUNNING)
            self._report(0, 0)
            with self._records.holding(self) if self._records else nullcontext():
                self.result = work(self._report)
            outcome = JobState.FINISHED
        except Cancelled:
            outcome = JobState.CANCELLED
        except ALCoreError as error:
            # Clients of the API read it.
            outcome = self._failed(error, error.public)
        # Not only Exception: a library that raises SystemExit would leave the job under way and its worker lost.
        except BaseException as error:  # noqa: BLE001 - nothing above a thread would show it
            outcome = self._failed(error, f"{type(error).__name__}: {error}")
        self._end(outcome)

    def refuse(self, error: ALCoreError) -> None:
        """End the job before it has begun."""
        if self._stop_waiting():
            self._end(self._failed(error, error.public))

    def save_late(self) -> None:
        """Store how the job has ended, which could not be stored then, unless another server has it by now."""
        assert self._records
        try:
            self._records.save_late(self)
        except TakenOverError:
            self.is_lost = True
        self.is_unsaved = False

    def _stop_waiting(self) -> bool:
        return self._start.acquire(blocking=False)

    def _end(self, outcome: JobState) -> None:
        self.finished_at = time.time_ns() // 1_000_000
        try:
            # Stored before anyone who waits is woken: what they read then is the outcome.
            self._set(outcome)
        except TakenOverError as error:
            self.is_lost = True
            outcome = self._failed(error, error.public)
        # Even if the catalog cannot be written: whoever waits must be woken.
        except BaseException:
            self.is_unsaved = True
            raise
        finally:
            self.state = outcome
            self._ended.set()

    def _set(self, state: JobState) -> None:
        if self._records:
            self._records.save(self, state)
        self.state = state

    def _failed(self, error: BaseException, reason: str) -> JobState:
        self.error = encodable(reason)
        self.error_type = type(error).__name__
        return JobState.FAILED

    def _report(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise Cancelled(f"{self.title} was cancelled")
        self.done = done
        self.total = total
