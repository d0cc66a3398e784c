"""Stores of jobs, for tests that look at what is stored."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from al_core.jobs import Beat, Job, JobState


class Records:
    """Has every job to itself.

    Attributes:
        saved: The states that were stored, with the error.
        next_beat: What the next heartbeat brings to light.
        abandoned: What there is to take over.
    """

    heartbeat_seconds = 0.01
    is_open = True

    def __init__(self) -> None:
        self.saved: list[tuple[JobState, str]] = []
        self.next_beat = Beat()
        self.abandoned: list[Job] = []

    def save(self, job: Job, state: JobState) -> None:
        self.saved.append((state, job.error))

    def holding(self, _job: Job) -> AbstractContextManager[None]:
        return nullcontext()

    def beat(self, _jobs: Sequence[Job]) -> Beat:
        return self.next_beat

    def save_late(self, job: Job) -> None:
        self.save(job, job.state)

    def take_over(self) -> Job | None:
        return self.abandoned.pop() if self.abandoned else None


class BrokenRecords(Records):
    """Cannot write what became of a job."""

    def save(self, job: Job, state: JobState) -> None:
        if state is not JobState.WAITING:
            raise OSError("disk full")
