"""Opens the catalog and brings its tables up to date."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.schema import CreateTable

from al_core.store import tables

HEAD = "0002"
"""The newest migration; `alembic_version` in an up-to-date catalog says the same."""


def open_catalog(url: str, home: Path) -> Engine:
    """Return the catalog with today's tables: made if there are none, migrated if they are older."""
    # As many connections as the server has threads, so that none waits for another.
    engine = create_engine(url, pool_size=40)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    if _revision(engine) != HEAD:
        with _alone(home), engine.begin() as connection:
            _update(connection)
    return engine


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table(tables.alembic_version.name):
        return None
    with engine.connect() as connection:
        return connection.execute(select(tables.alembic_version.c.version_num)).scalar_one_or_none()


def _update(connection: Connection) -> None:
    if inspect(connection).has_table(tables.datasets.name):
        _migrate(connection)
        return
    for table in tables.metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(tables.alembic_version.insert().values(version_num=HEAD))


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if not inspect(connection).has_table(tables.alembic_version.name):
        # Made before there were migrations.
        command.stamp(config, "0001")
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
