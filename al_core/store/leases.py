"""Leases: which server works on a job, and until when no other may.

Whoever works on a job renews its lease while it lives, so a lease that has ended says that its server is gone, or that
nothing has been heard of it for as long. Another then takes the job over and counts its attempt up. The number is what
guards the store: work that was taken over may go on without knowing, and all it would store is refused.

Times are the database's: the clocks of servers differ.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from al_core.exceptions import TakenOverError, WorkspaceError
from al_core.store.storages import number_in_environment
from al_core.store.tables import jobs

UNDER_WAY = ("WAITING", "RUNNING")

HEARTBEAT_SECONDS = 2.0
"""How often a server renews the leases of its jobs, unless `AL_CORE_HEARTBEAT_SECONDS` says otherwise. It then hears of
cancels too, which should take effect within 3 s; one small transaction costs SQLite some milliseconds."""

LEASE_SECONDS = 30.0
"""How long a lease lasts, unless `AL_CORE_LEASE_SECONDS` says otherwise: as long as a database takes to restart or to
fail over. With less, jobs would begin anew although their servers live; with more, those of a dead one lie still."""

FEWEST_BEATS = 3
"""A lease has to outlast the loss of two heartbeats."""


@dataclass(frozen=True)
class LeaseTerms:
    """How long leases last and how often they are renewed, in seconds."""

    heartbeat_seconds: float = HEARTBEAT_SECONDS
    lease_seconds: float = LEASE_SECONDS

    @classmethod
    def from_environment(cls) -> "LeaseTerms":
        """Return what the environment says.

        Raises:
            WorkspaceError: If it says no numbers, or a lease would end before it is renewed.
        """
        heartbeat = number_in_environment("AL_CORE_HEARTBEAT_SECONDS", HEARTBEAT_SECONDS, "seconds")
        lease = number_in_environment("AL_CORE_LEASE_SECONDS", LEASE_SECONDS, "seconds")
        if not 0 < FEWEST_BEATS * heartbeat <= lease:
            raise WorkspaceError(
                f"AL_CORE_LEASE_SECONDS should be at least {FEWEST_BEATS} times AL_CORE_HEARTBEAT_SECONDS, which is "
                f"above 0, not {lease:g} and {heartbeat:g}"
            )
        return cls(heartbeat, lease)

    @property
    def ends_at(self) -> ColumnElement[int]:
        """When a lease that begins or is renewed now will end."""
        return database_now() + round(self.lease_seconds * 1000)


class database_now(GenericFunction[int]):
    """Milliseconds since 1970 by the clock of the database."""

    type = BigInteger()
    inherit_cache = True


@compiles(database_now)
def _now_elsewhere(*_: Any, **__: Any) -> str:
    # Not now(), which is when the transaction began: it may have waited.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(database_now, "sqlite")
def _now_on_sqlite(*_: Any, **__: Any) -> str:
    # Days since noon of -4713-11-24; 2440587.5 of them had passed when 1970 began.
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@dataclass(frozen=True)
class Lease:
    """The right to work on a job, as it was given with an attempt."""

    job_id: str
    attempt: int

    @property
    def is_held(self) -> ColumnElement[bool]:
        """The condition under which nobody has taken the job over."""
        return (jobs.c.id == self.job_id) & (jobs.c.attempt == self.attempt) & jobs.c.state.in_(UNDER_WAY)


HAS_LAPSED = jobs.c.state.in_(UNDER_WAY) & (jobs.c.lease_ends_at < database_now())
"""The condition under which nobody works on a job that is under way."""

_working_under: ContextVar[Lease | None] = ContextVar("lease", default=None)


@contextmanager
def working_under(lease: Lease) -> Iterator[None]:
    """Let this thread change datasets only while the lease is held."""
    earlier = _working_under.set(lease)
    try:
        yield
    finally:
        _working_under.reset(earlier)


def check_lease(connection: Connection) -> None:
    """Check inside a transaction that the job of this thread, if it works on one, was not taken over.

    It cannot be until the transaction ends.

    Raises:
        TakenOverError: If it was.
    """
    lease = _working_under.get()
    if lease is None:
        return
    # Shared: two threads of a job may store at once.
    held = select(jobs.c.id).where(lease.is_held).with_for_update(read=True)
    if connection.execute(held).first() is None:
        raise taken_over()


def taken_over() -> TakenOverError:
    """Return the error for work whose lease was lost."""
    return TakenOverError(
        "nothing was stored: this server was not heard of for too long, and another took its job over or ended it"
    )
