"""The heartbeat of a server: it keeps the server's jobs, and hears what became of those of others."""

import logging
import threading
import time
from collections.abc import Callable

from al_core.jobs.job import Job, JobRecords


class Heart:
    """Beats while jobs are under way, and always once it watches for those of servers that are gone.

    Args:
        unsettled: Returns the jobs of this server that are under way, or ended without that being stored.
        records: Where they are stored.
    """

    def __init__(self, unsettled: Callable[[], list[Job]], records: JobRecords) -> None:
        self._unsettled = unsettled
        self._records = records
        self._take_over: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._is_beating = False
        self._has_failed = False

    def start(self) -> None:
        """Beat, if it does not yet, until no job is under way and all have been stored."""
        with self._lock:
            if self._is_beating:
                return
            # A daemon: when the process ends, its jobs do too.
            thread = threading.Thread(target=self._run, name="heartbeat of jobs", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # The system's limit of threads. The job runs, and the next one to start tries again.
                return
            self._is_beating = True

    def watch(self, take_over: Callable[[], None]) -> None:
        """Beat until the records are closed, and call `take_over` each time."""
        self._take_over = take_over
        self.start()

    def _run(self) -> None:
        while self._goes_on():
            # First, so that a job of a second costs the catalog no beat.
            time.sleep(self._records.heartbeat_seconds)
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001 - whatever the catalog raises, the next beat tries again
                self._warn(error)
            else:
                self._has_failed = False

    def _warn(self, error: Exception) -> None:
        """Log the first of several failures in a row: leases last for several beats, an outage for hours of them."""
        if not self._has_failed and self._records.is_open:
            logging.getLogger(__name__).warning("a heartbeat of jobs has failed; the next one tries again: %s", error)
        self._has_failed = True

    def _goes_on(self) -> bool:
        # Under the lock: a job that starts now sees this heart go on, or starts another.
        with self._lock:
            self._is_beating = self._records.is_open and bool(self._take_over or self._unsettled())
            return self._is_beating

    def _beat(self) -> None:
        jobs = self._unsettled()
        self._renew([job for job in jobs if job.is_running])
        if self._take_over:
            self._take_over()
        # Last, so that an outcome which no catalog takes costs the jobs under way nothing.
        for job in jobs:
            if job.is_unsaved and not job.is_running:
                # Once its lease has ended, another server would do its work again.
                job.save_late()

    def _renew(self, running: list[Job]) -> None:
        if not running:
            return
        beat = self._records.beat(running)
        for job in running:
            job.is_lost = job.id in beat.lost
            if job.id in beat.lost | beat.canceled:
                job.cancel()
