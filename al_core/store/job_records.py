import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Row, Select, delete, insert, select, update

from al_core.exceptions import NotFoundError
from al_core.store.engines import reading, writing
from al_core.store.identity import now
from al_core.store.owner import Owner
from al_core.store.tables import jobs as table

if TYPE_CHECKING:
    from al_core.jobs import Job, JobState

UNDER_WAY = ("WAITING", "RUNNING")
INTERRUPTED = "interrupted: the process that ran this job ended before it was done; start it again"

REMEMBERED_MILLISECONDS = 7 * 24 * 3600 * 1000
"""Jobs that ended longer ago are forgotten. Their results say themselves how they were made."""

MOST_REMEMBERED = 1000
"""Of the jobs that ended, only the newest are remembered: `GET /jobs` lists them all, 300 bytes each."""

SAVES_PER_TRIM = 100
"""A process forgets old jobs when it opens the workspace, and again after this many have ended."""


@dataclass(frozen=True)
class JobRecord:
    """A job as it was written down; the attributes are those of `Job`."""

    id: str
    dataset_id: str | None
    title: str
    state: str
    result: Any
    error: str
    error_type: str
    created_at: int
    finished_at: int | None


class JobRecords:
    """Jobs in the catalog, shared by all processes of a workspace; one whose process is gone was interrupted.

    Args:
        engine: The catalog.
        owner: This process.
        has_other_homes: Whether servers with homes of their own may use the catalog. Whether their processes live is
            not seen from here: they say of their jobs themselves that they were interrupted.
    """

    def __init__(self, engine: Engine, owner: Owner, *, has_other_homes: bool = False) -> None:
        self._engine = engine
        self._owner = owner
        self._has_other_homes = has_other_homes
        # Counting is atomic: jobs end in several threads.
        self._n_ended = itertools.count(1)
        for gone in owner.remove_gone():
            self._fail(gone)
        self._trim()

    def save(self, job: "Job", state: "JobState") -> None:
        """Store the job as it is, in this state; of its result only text, such as an id, is stored."""
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
        }
        with writing(self._engine) as connection:
            if not connection.execute(update(table).where(table.c.id == job.id).values(values)).rowcount:
                connection.execute(insert(table).values(id=job.id, **values))
        if state not in UNDER_WAY and next(self._n_ended) % SAVES_PER_TRIM == 0:
            self._trim()

    def get(self, job_id: str) -> JobRecord:
        """Return a job, FAILED if it was interrupted.

        Raises:
            NotFoundError: If there is no such job.
        """
        records = self._read(select(table).where(table.c.id == job_id))
        if not records:
            raise NotFoundError(f"there is no job with the id '{job_id}'")
        return records[0]

    def all(self) -> list[JobRecord]:
        """Return all jobs, newest first."""
        return self._read(select(table).order_by(table.c.created_at.desc(), table.c.id))

    def _read(self, query: Select[Any]) -> list[JobRecord]:
        rows = self._rows(query)
        owners = {row.owner for row in rows if row.state in UNDER_WAY}
        interrupted = [owner for owner in owners if self._is_gone(owner)]
        for owner in interrupted:
            self._fail(owner)
        return [_job_record(row) for row in (self._rows(query) if interrupted else rows)]

    def give_up(self) -> None:
        """Say of this process's jobs under way that they were interrupted, where nobody else would see it."""
        if self._has_other_homes:
            self._fail(self._owner.id)

    def _is_gone(self, owner_id: str) -> bool:
        if self._has_other_homes and not self._owner.is_of_this_home(owner_id):
            return False
        return not self._owner.is_alive(owner_id)

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def _fail(self, owner: str) -> None:
        is_interrupted = (table.c.owner == owner) & table.c.state.in_(UNDER_WAY)
        values = {"state": "FAILED", "error": INTERRUPTED, "error_type": "ALCoreError", "finished_at": now()}
        with writing(self._engine) as connection:
            connection.execute(update(table).where(is_interrupted).values(values))

    def _trim(self) -> None:
        """Forget jobs that ended long ago, or before many others."""
        ended = table.c.finished_at
        newest = select(ended).where(ended.is_not(None)).order_by(ended.desc())
        with writing(self._engine) as connection:
            first_too_many = connection.execute(newest.offset(MOST_REMEMBERED).limit(1)).scalar_one_or_none()
            limit = max(first_too_many or 0, now() - REMEMBERED_MILLISECONDS)
            connection.execute(delete(table).where(ended <= limit))


def _job_record(row: Row[Any]) -> JobRecord:
    return JobRecord(**{name: getattr(row, name) for name in JobRecord.__dataclass_fields__})
