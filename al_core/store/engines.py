"""Connections to the catalog: SQLite in a file, or another database that SQLAlchemy reaches."""

import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from al_core.exceptions import NotAllowedError, WorkspaceError
from al_core.store.asking import forget_answers

# Only the lower bits of SQLite's codes say which error it is; the upper ones say more about it.
PRIMARY_CODE = 0xFF
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
# Readers write too: WAL keeps an index of its pages in a file beside the database.
UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)

# A writer waits this long for the others. Transactions take milliseconds; the longest writes the filenames of a million
# samples, which took 1 s on a laptop's disk.
BUSY_MILLISECONDS = 60_000

# How soon another try to switch to the write-ahead log follows: making a catalog takes some 50 ms.
WAL_PAUSE_SECONDS = 0.01

READING = ("SELECT ", "BEGIN ", "BEGIN;")
READ_ONLY = "You are signed in read-only: ask for a token that may write to change something"

# SQLSTATE classes of PostgreSQL: connection exceptions, and shut down by an administrator. None comes from no server.
UNREACHABLE = ("08", "57P")


def connect(url: str) -> Engine:
    """Return an engine for many threads, each with a connection of its own.

    Raises:
        WorkspaceError: If the URL is malformed or names a database whose driver is not installed.
    """
    # As many connections as the server has threads, so that none waits for another.
    return _engine(url, pool_size=40)


def connect_for_migration(url: str) -> Engine:
    """Return an engine whose foreign keys are off on SQLite, where a table is altered by copying it."""
    return _engine(url, foreign_keys=False, poolclass=NullPool)


def place(engine: Engine) -> str:
    """Return the file or database of a catalog, for messages."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    # The query may hold a password too.
    return engine.url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection to read from."""
    with failures_explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that writes; on SQLite it is the only one from its beginning.

    A transaction that reads first and asks for the write lock later would fail as soon as another has written.
    """
    check_writable(engine)
    try:
        with failures_explained(engine), engine.connect() as connection:
            connection.execution_options(sqlite_begin="IMMEDIATE")
            with connection.begin():
                # What is read from here on is what is changed, and afterwards there is something new.
                forget_answers()
                yield connection
    finally:
        forget_answers()


def read_only(engine: Engine) -> Engine:
    """Return an engine with the same connections that refuses every statement which changes something."""
    view = engine.execution_options(read_only=True)
    event.listen(view, "before_cursor_execute", _refuse_change)
    return view


def is_read_only(engine: Engine) -> bool:
    """Return whether an engine came from `read_only`."""
    return bool(engine.get_execution_options().get("read_only"))


def check_writable(engine: Engine) -> None:
    """Raise `NotAllowedError` if an engine is read-only: for work that writes files before it tells the catalog."""
    if is_read_only(engine):
        raise NotAllowedError(READ_ONLY)


@contextmanager
def failures_explained(engine: Engine) -> Iterator[None]:
    """Raise a damaged, busy or unreachable database as a `WorkspaceError` with one sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        explained = _explained(engine, error)
        if explained is None:
            raise
        raise explained from error


def _refuse_change(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    # The text that the database is about to get, so that no way around SQLAlchemy's own statements is left.
    if not statement.lstrip().upper().startswith(READING):
        raise NotAllowedError(READ_ONLY)


def _engine(url: str, *, foreign_keys: bool = True, **options: Any) -> Engine:
    try:
        engine = create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise WorkspaceError(
            "AL_CORE_DATABASE_URL should be an address such as postgresql+psycopg://user:password@host/database, whose "
            f"driver is installed (pip install 'al_core[postgres]'); what is wrong: {error}"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_with_foreign_keys if foreign_keys else _configure)
        event.listen(engine, "begin", _begin)
    return engine


def _configure_with_foreign_keys(connection: Any, record: Any) -> None:
    _configure(connection, record)
    connection.execute("PRAGMA foreign_keys = ON")


def _configure(connection: Any, record: Any) -> None:
    # A script need not close its client. The pool drops its connections unclosed, of which Python 3.13 warns.
    weakref.finalize(record, connection.close).atexit = False
    # The driver would begin transactions by itself: late, and not at all before CREATE TABLE. `_begin` does it instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")


def _write_ahead(connection: Any) -> None:
    """Switch to a write-ahead log, once for each file; afterwards it is the file's own mode."""
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Beside a writer that has not switched yet, SQLite refuses at once, whatever the timeout: both could wait
            # for each other. This connection holds nothing, so it may.
            if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(WAL_PAUSE_SECONDS)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _explained(engine: Engine, error: DBAPIError | sqlite3.DatabaseError) -> WorkspaceError | None:
    cause = getattr(error, "orig", error)
    if engine.dialect.name != "sqlite":
        return _unreachable(engine, cause)
    code = (getattr(cause, "sqlite_errorcode", None) or 0) & PRIMARY_CODE
    if code in DAMAGED:
        remedy = "restore it from a backup: the arrays under 'datasets' have not been touched"
        return WorkspaceError(
            f"{place(engine)} should be the workspace's catalog, but it is damaged or no SQLite database ({cause}); "
            f"{remedy}",
            public=f"the workspace's catalog is damaged; {remedy}",
        )
    if code in UNWRITABLE:
        remedy = "make its folder writable for this user, or copy the whole workspace to a folder that is"
        return WorkspaceError(
            f"{place(engine)} cannot be opened for writing ({cause}), which even reading needs; {remedy}",
            public="the workspace's catalog cannot be written; its administrator has to make its folder writable",
        )
    if code == sqlite3.SQLITE_IOERR:
        # Even who only reads enlarges the index of the write-ahead log, for which a full disk has no room.
        problem = "cannot be read or written, because its disk is full or failing; free some space and try again"
        return WorkspaceError(f"{place(engine)} {problem} ({cause})", public=f"the workspace's catalog {problem}")
    if code == sqlite3.SQLITE_BUSY:
        problem = (
            f"has been in use by other writers for {BUSY_MILLISECONDS // 1000} seconds; nothing was stored: try again"
        )
        return WorkspaceError(f"{place(engine)} {problem}", public=f"the workspace's catalog {problem}")
    return None


def _unreachable(engine: Engine, cause: Any) -> WorkspaceError | None:
    state = getattr(cause, "sqlstate", None)
    # Subclasses, such as that of a full disk, come from a server that answered.
    never_answered = type(cause).__name__ == "OperationalError" and state is None
    if not never_answered and not (state or "").startswith(UNREACHABLE):
        return None
    # The reason names hosts, users and sockets.
    reason = str(cause).strip().partition("\n")[0]
    return WorkspaceError(
        f"the workspace's catalog {place(engine)} cannot be reached ({reason}); start the database, or correct "
        "AL_CORE_DATABASE_URL",
        public="the workspace's catalog cannot be reached; its administrator has to start the database",
    )
