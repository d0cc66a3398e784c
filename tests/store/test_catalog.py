import os
from importlib import import_module
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, text

from al_core.store import Workspace, tables
from al_core.store.catalog import HEAD, open_catalog


def first_catalog(home: Path) -> str:
    """A catalog as it was before there were migrations, with a dataset."""
    url = os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{home / 'catalog.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        import_module("al_core.store.migrations.versions.0001_datasets_tags_arrays").upgrade()
        connection.execute(text("INSERT INTO datasets (id, name, n_samples, created_at) VALUES ('1', 'old', 0, 1)"))
    engine.dispose()
    return url


def test_an_older_catalog_is_migrated_and_keeps_its_datasets(tmp_path: Path) -> None:
    first_catalog(tmp_path)
    with Workspace(tmp_path) as workspace:
        [dataset] = workspace.datasets()
        assert (dataset.name, dataset.n_pending, dataset.facts) == ("old", 0, {})
        dataset.set_samples(["a.png"])
        assert workspace.dataset("old").n_samples == 1


def test_migrations_lead_to_the_tables_that_a_new_catalog_has(tmp_path: Path) -> None:
    engine = open_catalog(first_catalog(tmp_path), tmp_path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()
