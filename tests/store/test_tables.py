from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from al_core.store import Workspace, tables
from al_core.store.catalog import REVISIONS
from al_core.store.engines import reading
from tests.store.homes import as_version_0_1_0


def test_a_new_catalog_has_these_tables(workspace: Workspace) -> None:
    assert differences(workspace) == []


def test_migrations_lead_to_the_tables_that_a_new_catalog_has(tmp_path: Path) -> None:
    Workspace(tmp_path).close()
    as_version_0_1_0(tmp_path)
    with Workspace(tmp_path) as migrated:
        assert differences(migrated) == []


def differences(workspace: Workspace) -> list[object]:
    with reading(workspace._engine) as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == REVISIONS[-1]
        return list(compare_metadata(context, tables.metadata))
