"""Opens the catalog of a home and brings its tables up to date."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateTable

from al_core.exceptions import WorkspaceError
from al_core.store import binding, tables
from al_core.store.binding import CatalogState
from al_core.store.identity import new_id

REVISIONS = ("0001", "0002", "0003")
"""The migrations, oldest first; `alembic_version` in an up-to-date catalog names the last."""

# Any number will do, as long as every version of al_core uses this one.
ADVISORY_LOCK = 0x414C_636F_7265
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_catalog(url: str, home: Path) -> Engine:
    """Return the catalog of a home with today's tables: made if both are new, migrated if it is older.

    Raises:
        WorkspaceError: If the catalog is another home's, newer than this version, lost or damaged. Nothing is changed.
    """
    # As many connections as the server has threads, so that none waits for another.
    engine = create_engine(url, pool_size=40)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    try:
        with damage_explained(engine):
            if not _is_ready(engine, home):
                _make_ready(engine, home)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def damage_explained(engine: Engine) -> Iterator[None]:
    """Raise SQLite's errors about a damaged file as a sentence."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = getattr(error, "orig", error)
        # The upper bits of SQLite's codes say more than which error it is.
        if (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF not in DAMAGED:
            raise
        raise WorkspaceError(
            f"{_place(engine)} should be the workspace's catalog, but it is damaged or no SQLite database ({cause}); "
            "restore it from a backup: the arrays under 'datasets' have not been touched"
        ) from error


def _is_ready(engine: Engine, home: Path) -> bool:
    home_id = binding.read_id(home)
    # A catalog that another process is making is left alone until that process has given the home its id.
    if home_id is None or _is_absent(engine):
        return False
    with engine.connect() as connection:
        state = _read_state(connection)
    return state.revision == REVISIONS[-1] and state.workspace_id == home_id


def _make_ready(engine: Engine, home: Path) -> None:
    with _alone(home):
        if _is_absent(engine):
            # Checked here first, because connecting makes SQLite's file.
            binding.check(CatalogState(_place(engine)), home)
        with engine.begin() as connection:
            _lock(connection)
            state = _read_state(connection)
            binding.check(state, home)
            workspace_id = state.workspace_id or binding.read_id(home) or binding.read_draft(home) or new_id()
            if binding.read_id(home) is None:
                binding.write_draft(home, workspace_id)
            _update(connection, state)
            if state.workspace_id is None:
                connection.execute(tables.workspace.insert().values(id=workspace_id))
        if binding.read_id(home) is None:
            binding.complete_draft(home)


def _is_absent(engine: Engine) -> bool:
    if engine.dialect.name != "sqlite":
        return False
    path = Path(engine.url.database or "")
    return not path.exists() or path.stat().st_size == 0


def _place(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    # The query may hold a password too.
    return engine.url.set(query={}).render_as_string(hide_password=True)


def _lock(connection: Connection) -> None:
    """Wait for other openings of this catalog, also from other homes, until the transaction ends."""
    if connection.dialect.name == "sqlite":
        # pysqlite begins no transaction before CREATE TABLE, and a process killed there would leave half a catalog.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def _read_state(connection: Connection) -> CatalogState:
    place, inspector = _place(connection.engine), inspect(connection)
    revision = None
    if inspector.has_table(tables.alembic_version.name):
        revision = connection.execute(select(tables.alembic_version.c.version_num)).scalar_one_or_none()
    if revision is not None and revision not in REVISIONS:
        raise WorkspaceError(
            f"{place} was written by a newer version of al_core: it has the migration '{revision}', and this version "
            f"reads up to '{REVISIONS[-1]}'; install the newer version"
        )
    if not inspector.has_table(tables.datasets.name):
        return CatalogState(place, revision)
    workspace_id = None
    if inspector.has_table(tables.workspace.name):
        workspace_id = connection.execute(select(tables.workspace.c.id)).scalar_one_or_none()
    datasets = connection.execute(select(tables.datasets.c.id, tables.datasets.c.n_samples)).all()
    ids = frozenset(dataset.id for dataset in datasets)
    return CatalogState(place, revision, False, workspace_id, ids, any(dataset.n_samples for dataset in datasets))


def _update(connection: Connection, state: CatalogState) -> None:
    if state.revision == REVISIONS[-1]:
        return
    if state.is_new or (state.revision is None and _is_half_made(connection)):
        for table in tables.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(tables.alembic_version.insert().values(version_num=REVISIONS[-1]))
    else:
        _migrate(connection, state.revision)


def _is_half_made(connection: Connection) -> bool:
    """Whether version 0.1.0 was killed while it made this catalog: with today's columns, but no revision."""
    columns = {column["name"] for column in inspect(connection).get_columns(tables.datasets.name)}
    return tables.datasets.c.facts.name in columns


def _migrate(connection: Connection, revision: str | None) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if revision is None:
        # Made before there were migrations.
        command.stamp(config, REVISIONS[0])
    command.upgrade(config, "head")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "catalog.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
