"""Homes in the states that tests begin with."""

import os
import time
from importlib import import_module
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, MetaData, create_engine, text

from al_core.store import Workspace

VERSION_0_1_0 = ("0001_datasets_tags_arrays", "0002_samples_jobs_tokens")


def catalog_engine(home: Path) -> Engine:
    """An engine on the home's catalog, past everything that opening it checks."""
    return create_engine(os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{home / 'catalog.sqlite'}")


def make_tables(connection: Connection, *migrations: str) -> None:
    """Run the first migrations, as an earlier version made its tables."""
    with Operations.context(MigrationContext.configure(connection)):
        for migration in migrations:
            import_module(f"al_core.store.migrations.versions.{migration}").upgrade()


def as_version_0_1_0(home: Path) -> None:
    """Turn a home into what version 0.1.0 made of it: its tables, and no id in catalog or folder."""
    engine = catalog_engine(home)
    with engine.begin() as connection:
        today = MetaData()
        today.reflect(connection)
        rows = {
            name: connection.execute(table.select()).mappings().all()
            for name, table in today.tables.items()
            if name not in ("alembic_version", "workspace", "tombstones", "models", "label_sets")
        }
        today.drop_all(connection)
        make_tables(connection, *VERSION_0_1_0)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0002')"))
        old = MetaData()
        old.reflect(connection)
        for table in old.sorted_tables:
            for row in rows.get(table.name, []):
                earlier = {**row, "prev_tag_id": row.get("parent_id")}
                names = [column.name for column in table.columns]
                connection.execute(table.insert().values({name: earlier[name] for name in names}))
    engine.dispose()
    (home / "workspace.json").unlink()


def make_home(home: Path, name: str = "cats") -> Path:
    """A workspace with a dataset whose files are old enough to be taken for leftovers."""
    with Workspace(home) as workspace:
        dataset = workspace.create_dataset(name, ["a.png", "b.png"])
        workspace.tokens.create("somebody")
    folder = home / "datasets" / dataset.id
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (time.time() - 24 * 3600,) * 2)
    return home
