import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, insert, select, update

from al_core.exceptions import NotFoundError
from al_core.store.identity import new_id, now
from al_core.store.tables import jobs as table

if TYPE_CHECKING:
    from al_core.jobs import Job, JobState

UNDER_WAY = ("WAITING", "RUNNING")
INTERRUPTED = "interrupted: the process that ran this job ended before it was done; start it again"


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
    """Jobs in the catalog, shared by all processes of a workspace.

    Each process holds a locked file while it lives. The system drops the lock however the process ends, so a job
    under way whose owner's file is not locked was interrupted.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._engine = engine
        self._folder = folder
        self._owner = new_id()
        self._lock = (folder / f"{self._owner}.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Give up the jobs of this process."""
        self._lock.close()
        Path(self._lock.name).unlink(missing_ok=True)

    def save(self, job: "Job", state: "JobState") -> None:
        """Store the job as it is, in this state; of its result only text, such as an id, is kept."""
        values = {
            "dataset_id": job.dataset_id,
            "title": job.title,
            "owner": self._owner,
            "state": str(state),
            "result": job.result if isinstance(job.result, str) else None,
            "error": job.error,
            "error_type": job.error_type,
            "created_at": job.created_at,
            "finished_at": job.finished_at,
        }
        with self._engine.begin() as connection:
            if not connection.execute(update(table).where(table.c.id == job.id).values(values)).rowcount:
                connection.execute(insert(table).values(id=job.id, **values))

    def get(self, job_id: str) -> JobRecord:
        """Return a job, FAILED if it was interrupted.

        Raises:
            NotFoundError: If there is no such job.
        """
        query = select(table).where(table.c.id == job_id)
        with self._engine.connect() as connection:
            record = connection.execute(query).one_or_none()
        if record is None:
            raise NotFoundError(f"there is no job with the id '{job_id}'")
        if record.state in UNDER_WAY and not self._is_alive(record.owner):
            self._fail(record.owner)
            return self.get(job_id)
        values = dict(record._mapping)
        return JobRecord(**{name: values[name] for name in JobRecord.__dataclass_fields__})

    def all(self) -> list[JobRecord]:
        """Return all jobs, newest first."""
        query = select(table.c.id).order_by(table.c.created_at.desc(), table.c.id)
        with self._engine.connect() as connection:
            return [self.get(job_id) for job_id in connection.execute(query).scalars().all()]

    def _is_alive(self, owner: str) -> bool:
        if owner == self._owner:
            return True
        try:
            with (self._folder / f"{owner}.lock").open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _fail(self, owner: str) -> None:
        is_interrupted = (table.c.owner == owner) & table.c.state.in_(UNDER_WAY)
        values = {"state": "FAILED", "error": INTERRUPTED, "error_type": "ALCoreError", "finished_at": now()}
        with self._engine.begin() as connection:
            connection.execute(update(table).where(is_interrupted).values(values))
        (self._folder / f"{owner}.lock").unlink(missing_ok=True)
