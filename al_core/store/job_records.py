import itertools
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, delete, func, insert, select, update

from al_core.exceptions import NotFoundError
from al_core.jobs import Beat, Job, JobState
from al_core.store.engines import reading, writing
from al_core.store.identity import now
from al_core.store.leases import HAS_LAPSED, UNDER_WAY, Lease, LeaseTerms, taken_over, working_under
from al_core.store.owner import Owner
from al_core.store.tables import jobs as table

INTERRUPTED = "interrupted: the process that ran this job ended before it was done; start it again"

MOST_ATTEMPTS = 3
"""What ends the server that works on it, for want of memory say, must not end one server after the other. A server that
is stopped, to be updated say, does not count."""

REMEMBERED_MILLISECONDS = 7 * 24 * 3600 * 1000
"""Jobs that ended longer ago are forgotten. Their results say themselves how they were made."""

MOST_REMEMBERED = 1000
"""Of the jobs that ended, only the newest are remembered: `GET /jobs` lists them all, 300 bytes each."""

SAVES_PER_TRIM = 100
"""A process forgets old jobs when it opens the workspace, and again after this many have ended."""

N_FAILED_ATTEMPTS = table.c.attempt - table.c.handovers
CAN_GO_ON = table.c.recipe.is_not(None) & (N_FAILED_ATTEMPTS < MOST_ATTEMPTS) & ~table.c.cancel_asked
"""The condition under which a job whose server is gone is taken over."""

NEXT_POSITION = select(func.coalesce(func.max(table.c.position), 0) + 1).scalar_subquery()

BY_START = (table.c.position, table.c.created_at, table.c.id)
"""Not by date alone: a clock is set back, and another server's is slow. Dates decide between jobs of earlier versions,
and between two that servers of PostgreSQL record in one moment."""

NEWEST_FIRST = tuple(column.desc() for column in BY_START)


@dataclass(frozen=True)
class JobRecord:
    """A job as it was written down; the attributes are those of `Job`."""

    id: str
    dataset_id: str | None
    title: str
    state: JobState
    result: Any
    error: str
    error_type: str
    created_at: int
    finished_at: int | None
    done: int
    total: int
    cancel_asked: bool

    @property
    def fraction(self) -> float:
        """The share that is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None: when its server began is told by that server's clock."""
        return None

    @property
    def is_running(self) -> bool:
        """Whether the job is under way."""
        return self.state in UNDER_WAY

    @property
    def is_canceling(self) -> bool:
        """Whether the job has been asked to stop and has not stopped yet."""
        return self.is_running and self.cancel_asked


class JobRecords:
    """Jobs in the catalog, shared by all servers of it; each is leased by the one that works on it.

    Args:
        engine: The catalog.
        owner: This process.
        terms: How long leases last.

    Attributes:
        heartbeat_seconds: How often `beat` has to be called while jobs are under way.
        is_open: Whether anything can be stored; no longer once the workspace is closed.
    """

    def __init__(self, engine: Engine, owner: Owner, terms: LeaseTerms | None = None) -> None:
        self._engine = engine
        self._owner = owner
        self._terms = terms or LeaseTerms()
        # This server's own jobs are under way even if it has slept, until another has taken them over.
        self._is_abandoned = HAS_LAPSED & (table.c.owner != owner.id)
        self.heartbeat_seconds = self._terms.heartbeat_seconds
        self.is_open = True
        # Held while a heartbeat uses the catalog, so that none opens a connection behind the back of `Workspace.close`.
        self._beating = threading.Lock()
        # Counting is atomic: jobs end in several threads.
        self._n_ended = itertools.count(1)
        # Of a process of this home the system says at once that it is gone; nobody has to wait for its leases.
        self._end_leases(owner.remove_gone())
        self._trim()

    def save(self, job: Job, state: JobState) -> None:
        """Store the job as it is, in this state; of its result only text, such as an id, is stored.

        Raises:
            TakenOverError: If another server has the job by now.
        """
        values = {
            "dataset_id": job.dataset_id,
            "title": job.title,
            "owner": self._owner.id,
            "state": str(state),
            "result": job.result if isinstance(job.result, str) else None,
            "error": job.error,
            "error_type": job.error_type,
            "created_at": job.created_at,
            "finished_at": job.finished_at,
            "done": job.done,
            "total": job.total,
            "lease_ends_at": self._terms.ends_at,
        }
        with writing(self._engine) as connection:
            if not connection.execute(update(table).where(_lease(job).is_held).values(values)).rowcount:
                if connection.execute(select(table.c.id).where(table.c.id == job.id)).first():
                    raise taken_over()
                # Nobody else knows the id, so a job that is not there is new.
                new = {"id": job.id, "recipe": job.recipe, "attempt": job.attempt, "position": NEXT_POSITION}
                connection.execute(insert(table).values(new | values))
        if state not in UNDER_WAY and next(self._n_ended) % SAVES_PER_TRIM == 0:
            self._trim()

    def holding(self, job: Job) -> AbstractContextManager[None]:
        """Let this thread change datasets only while this server has the job."""
        return working_under(_lease(job))

    def beat(self, jobs: Sequence[Job]) -> Beat:
        """Renew the leases of this server's jobs, and return which of them are canceled or lost."""
        with self._beating:
            return self._beat(jobs) if self.is_open else Beat()

    def _beat(self, jobs: Sequence[Job]) -> Beat:
        canceled = []
        lost = []
        with writing(self._engine) as connection:
            # In one order, so that no two transactions wait for each other.
            for job in sorted(jobs, key=lambda job: job.id):
                values = {"lease_ends_at": self._terms.ends_at, "done": job.done, "total": job.total}
                renewed = update(table).where(_lease(job).is_held).values(values).returning(table.c.cancel_asked)
                row = connection.execute(renewed).first()
                if row is None:
                    lost.append(job.id)
                elif row.cancel_asked:
                    canceled.append(job.id)
        return Beat(frozenset(canceled), frozenset(lost))

    def save_late(self, job: Job) -> None:
        """Store how a job has ended, when a heartbeat finds that it is not stored yet.

        Raises:
            TakenOverError: If another server has the job by now.
        """
        with self._beating:
            if self.is_open:
                self.save(job, job.state)

    def take_over(self) -> Job | None:
        """Return a job whose server is gone, leased by this one from now on; None if there is none."""
        with self._beating:
            return self._take_over() if self.is_open else None

    def _take_over(self) -> Job | None:
        for row in self._rows(select(table).where(self._is_abandoned & CAN_GO_ON).order_by(*BY_START)):
            values = {
                "owner": self._owner.id,
                "attempt": row.attempt + 1,
                "lease_ends_at": self._terms.ends_at,
                "state": "WAITING",
            }
            # Another server may have been quicker.
            is_free = Lease(row.id, row.attempt).is_held & HAS_LAPSED
            with writing(self._engine) as connection:
                if connection.execute(update(table).where(is_free).values(values)).rowcount:
                    return self._job(row, row.attempt + 1)
        return None

    def cancel(self, job_id: str) -> None:
        """Ask whichever server works on a job to stop; it hears of that with its next heartbeat."""
        with writing(self._engine) as connection:
            is_meant = (table.c.id == job_id) & table.c.state.in_(UNDER_WAY)
            connection.execute(update(table).where(is_meant).values(cancel_asked=True))

    def get(self, job_id: str) -> JobRecord:
        """Return a job, FAILED if it was interrupted.

        Raises:
            NotFoundError: If there is no such job.
        """
        record = self.find(job_id)
        if record is None:
            raise NotFoundError(f"there is no job with the id '{job_id}'")
        return record

    def find(self, job_id: str) -> JobRecord | None:
        """Return a job, FAILED if it was interrupted, or None if there is none of that id."""
        return next(iter(self._read(select(table).where(table.c.id == job_id))), None)

    def all(self) -> list[JobRecord]:
        """Return all jobs, newest first."""
        return self._read(select(table).order_by(*NEWEST_FIRST))

    def newest(self, dataset_id: str, kind: str) -> JobRecord | None:
        """Return the newest job on a dataset that has a recipe of this kind, or None."""
        is_it = (table.c.dataset_id == dataset_id) & (table.c.recipe["kind"].as_string() == kind)
        query = select(table).where(is_it).order_by(*NEWEST_FIRST)
        return next(iter(self._read(query.limit(1))), None)

    def under_way(self) -> list[JobRecord]:
        """Return the jobs under way on all servers, in the order of their starts."""
        query = select(table).where(table.c.state.in_(UNDER_WAY)).order_by(*BY_START)
        return [record for record in self._read(query) if record.is_running]

    def give_up(self) -> None:
        """Leave this server's jobs to others, who need not wait for the leases to end, and store no more."""
        with self._beating:
            if not self.is_open:
                return
            self.is_open = False
        # The attempt stays as it is: by it the store tells what this server may still try to store.
        handed_over = {"lease_ends_at": 0, "handovers": table.c.handovers + 1}
        with writing(self._engine) as connection:
            connection.execute(update(table).where(_is_of([self._owner.id])).values(handed_over))

    def _read(self, query: Select[Any]) -> list[JobRecord]:
        is_interrupted = (self._is_abandoned & ~CAN_GO_ON).label("is_interrupted")
        rows = self._rows(query.add_columns(is_interrupted))
        # Written down once, and read again as every server will read it.
        if any(row.is_interrupted for row in rows):
            self._end_interrupted()
            rows = self._rows(query)
        return [_job_record(row) for row in rows]

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def _job(self, row: Row[Any], attempt: int) -> Job:
        job = Job(row.title, row.dataset_id, self, row.recipe)
        job.id = row.id
        job.created_at = row.created_at
        job.attempt = attempt
        return job

    def _end_leases(self, owners: Sequence[str]) -> None:
        if not owners:
            return
        with writing(self._engine) as connection:
            connection.execute(update(table).where(_is_of(owners)).values(lease_ends_at=0))

    def _end_interrupted(self) -> None:
        """Write down the end of those jobs of servers that are gone which nobody takes over."""
        failed = {"state": "FAILED", "error": INTERRUPTED, "error_type": "ALCoreError", "finished_at": now()}
        canceled = {"state": "CANCELLED", "finished_at": now()}
        with writing(self._engine) as connection:
            is_canceled = self._is_abandoned & table.c.cancel_asked
            connection.execute(update(table).where(is_canceled).values(canceled))
            connection.execute(update(table).where(self._is_abandoned & ~CAN_GO_ON).values(failed))

    def _trim(self) -> None:
        """Forget jobs that ended long ago, or before many others."""
        ended = table.c.finished_at
        newest = select(ended).where(ended.is_not(None)).order_by(ended.desc())
        with writing(self._engine) as connection:
            # The newest of those that are too many: it goes, and all before it.
            first_too_many = connection.execute(newest.offset(MOST_REMEMBERED).limit(1)).scalar_one_or_none()
            limit = max(first_too_many or 0, now() - REMEMBERED_MILLISECONDS)
            connection.execute(delete(table).where(ended <= limit))


def _is_of(owners: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition under which one of these servers works on a job."""
    return table.c.owner.in_(owners) & table.c.state.in_(UNDER_WAY)


def _lease(job: Job) -> Lease:
    return Lease(job.id, job.attempt)


def _job_record(row: Row[Any]) -> JobRecord:
    values = {name: getattr(row, name) for name in JobRecord.__dataclass_fields__}
    return JobRecord(**values | {"state": JobState(row.state)})
