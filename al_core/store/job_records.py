import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import Engine, Row, Select, delete, insert, select, update

from al_core.exceptions import NotFoundError
from al_core.store import files
from al_core.store.engines import reading, writing
from al_core.store.identity import new_id, now
from al_core.store.tables import jobs as table

if TYPE_CHECKING:
    from al_core.jobs import Job, JobState

UNDER_WAY = ("WAITING", "RUNNING")
INTERRUPTED = "interrupted: the process that ran this job ended before it was done; start it again"

REMEMBERED_MILLISECONDS = 7 * 24 * 3600 * 1000
"""Jobs that ended longer ago are forgotten when the workspace is opened."""

YOUNG_SECONDS = 3600


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
        files.make_folder(folder)
        self._engine = engine
        self._folder = folder
        self._owner = new_id()
        # Not one lock a thread: whichever thread closes the workspace gives up the jobs of all.
        self._lock = FileLock(self._lock_file(self._owner), thread_local=False)
        self._lock.acquire()
        self._clean_up()

    def close(self) -> None:
        """Give up the jobs of this process."""
        self._lock.release()
        self._lock_file(self._owner).unlink(missing_ok=True)

    def save(self, job: "Job", state: "JobState") -> None:
        """Store the job as it is, in this state; of its result only text, such as an id, is stored."""
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
        with writing(self._engine) as connection:
            if not connection.execute(update(table).where(table.c.id == job.id).values(values)).rowcount:
                connection.execute(insert(table).values(id=job.id, **values))

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
        interrupted = [owner for owner in owners if not self._is_alive(owner)]
        for owner in interrupted:
            self._fail(owner)
        return [_job_record(row) for row in (self._rows(query) if interrupted else rows)]

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def _lock_file(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"

    def _is_alive(self, owner: str) -> bool:
        if owner == self._owner:
            return True
        file = self._lock_file(owner)
        # Trying the lock would make the file.
        if not file.exists():
            return False
        try:
            with FileLock(file, blocking=False):
                return False
        except Timeout:
            return True

    def _fail(self, owner: str) -> None:
        is_interrupted = (table.c.owner == owner) & table.c.state.in_(UNDER_WAY)
        values = {"state": "FAILED", "error": INTERRUPTED, "error_type": "ALCoreError", "finished_at": now()}
        with writing(self._engine) as connection:
            connection.execute(update(table).where(is_interrupted).values(values))
        self._lock_file(owner).unlink(missing_ok=True)

    def _clean_up(self) -> None:
        """Remove the locks of processes that were killed, and jobs that ended long ago."""
        limit = time.time() - YOUNG_SECONDS
        for file in self._folder.glob("*.lock"):
            # A young file may be that of a process that has made it and is about to lock it.
            if file.stat().st_mtime < limit and not self._is_alive(file.stem):
                self._fail(file.stem)
        is_old = table.c.finished_at < now() - REMEMBERED_MILLISECONDS
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(is_old))


def _job_record(row: Row[Any]) -> JobRecord:
    return JobRecord(**{name: getattr(row, name) for name in JobRecord.__dataclass_fields__})
