"""Copies a catalog: into one SQLite file, from whatever database, and from there into another database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select

from al_core.exceptions import NotAllowedError, WorkspaceError
from al_core.store import engines, tables
from al_core.store.engines import place, reading, writing

ROWS_AT_ONCE = 200
"""A row may hold the mask of a tag: 125 kB for a million samples."""


def copy_to_file(engine: Engine, path: Path) -> None:
    """Copy a catalog, as it is at one moment, into a new SQLite file, without what has been deleted.

    Others may write meanwhile: SQLite's own backup and PostgreSQL's snapshots see none of that.
    """
    try:
        if engine.dialect.name == "sqlite":
            _copy_pages(engine, path)
        else:
            _copy_snapshot(engine, path)
        _forget_deleted(path)
    except sqlite3.OperationalError as error:
        raise WorkspaceError(f"the catalog cannot be copied to {path.parent}: {error}") from error


def check_is_empty(url: str) -> None:
    """Raise `NotAllowedError` if a database holds a catalog already."""
    target = engines.connect(url)
    try:
        with reading(target) as connection:
            _check_is_empty(connection)
    finally:
        target.dispose()


def copy_to_database(path: Path, url: str) -> None:
    """Copy the catalog in a SQLite file into an empty database, in one transaction.

    Raises:
        NotAllowedError: If the database holds a catalog already.
    """
    source = engines.connect(f"sqlite:///{path}")
    target = engines.connect(url)
    try:
        with reading(source) as rows, writing(target) as connection:
            _check_is_empty(connection)
            tables.metadata.create_all(connection)
            _copy_rows(rows, connection)
            _continue_positions(connection)
    finally:
        source.dispose()
        target.dispose()


def _check_is_empty(connection: Connection) -> None:
    if inspect(connection).has_table(tables.datasets.name):
        raise NotAllowedError(
            f"{place(connection.engine)} holds a catalog already; set AL_CORE_DATABASE_URL to an empty database"
        )


def _copy_pages(engine: Engine, path: Path) -> None:
    with reading(engine) as connection, closing(sqlite3.connect(path)) as target:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        # All pages in one step: with fewer, a writer in another process would begin the copy anew each time.
        source.backup(target)


def _copy_snapshot(engine: Engine, path: Path) -> None:
    target = engines.connect_for_migration(f"sqlite:///{path}")
    with engines.failures_explained(engine), engine.connect() as rows, writing(target) as connection:
        rows.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        tables.metadata.create_all(connection)
        _copy_rows(rows, connection)
    target.dispose()


def _copy_rows(source: Connection, target: Connection) -> None:
    # Parents come before children: tables are sorted so, and a tag is always younger than the one it was made from.
    for table in tables.metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS_AT_ONCE)
        for rows in source.execute(query).partitions():
            values = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
            target.execute(insert(table), values)


def _forget_deleted(path: Path) -> None:
    engine = engines.connect(f"sqlite:///{path}")
    with writing(engine) as connection:
        connection.execute(delete(tables.datasets).where(tables.datasets.c.deleted_at.is_not(None)))
        connection.execute(delete(tables.tombstones))
        connection.execute(delete(tables.drafts))
    engine.dispose()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # One file, in which nothing of what was deleted can be read.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


def _continue_positions(connection: Connection) -> None:
    """Let the database number new rows from where the copied ones end."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.metadata.sorted_tables:
        if "position" in table.c:
            sequence = func.pg_get_serial_sequence(table.name, "position")
            last = select(func.coalesce(func.max(table.c.position), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, last, False)))
