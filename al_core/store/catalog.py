"""Opens the catalog of a home and brings its tables up to date."""

from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, func, inspect, select

from al_core.exceptions import WorkspaceError
from al_core.store import binding, engines, tables
from al_core.store.binding import CatalogState
from al_core.store.engines import place, reading, writing
from al_core.store.identity import new_id

REVISIONS = tuple(f"{number:04}" for number in range(1, 14))
"""The migrations, oldest first; `alembic_version` in an up-to-date catalog names the last."""

STORAGE_REVISION = "0009"
"""The migration from which on a catalog says where the arrays are."""

# Any number will do, as long as every version of al_core uses this one.
ADVISORY_LOCK = 0x414C_636F_7265


def open_catalog(url: str, home: Path) -> Engine:
    """Return the catalog of a home with today's tables: made if both are new, migrated if it is older.

    Raises:
        WorkspaceError: If the catalog is another home's, newer than this version, lost or damaged. Nothing is changed.
    """
    engine = engines.connect(url)
    try:
        if not _is_ready(engine, home):
            _make_ready(url, home)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _is_ready(engine: Engine, home: Path) -> bool:
    home_id = binding.read_id(home)
    # A catalog that another process is making is left alone until that process has given the home its id.
    if home_id is None or _is_absent(engine):
        return False
    with reading(engine) as connection:
        state = _read_state(connection)
    return state.revision == REVISIONS[-1] and state.workspace_id == home_id


def _make_ready(url: str, home: Path) -> None:
    engine = engines.connect_for_migration(url)
    with FileLock(home / "catalog.lock"):
        if _is_absent(engine):
            # Checked here first, because connecting makes SQLite's file.
            binding.check(CatalogState(place(engine)), home)
        with writing(engine) as connection:
            _wait_for_other_homes(connection)
            state = _read_state(connection)
            binding.check(state, home)
            workspace_id = state.workspace_id or binding.read_id(home) or binding.read_draft(home) or new_id()
            # The home gets its id in two steps, around the commit: whoever is killed in between finds the draft, by
            # which the catalog is known as its own.
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


def _wait_for_other_homes(connection: Connection) -> None:
    """Let one home at a time make or migrate this catalog; SQLite's write lock does so already."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def _read_state(connection: Connection) -> CatalogState:
    inspector = inspect(connection)
    revision = None
    if inspector.has_table(tables.alembic_version.name):
        revision = connection.execute(select(tables.alembic_version.c.version_num)).scalar_one_or_none()
    if revision is not None and revision not in REVISIONS:
        raise WorkspaceError(
            f"{place(connection.engine)} was written by a newer version of al_core: it has the migration '{revision}', "
            f"and this version reads up to '{REVISIONS[-1]}'; install the newer version",
            public=binding.CANNOT_BE_OPENED,
        )
    if not inspector.has_table(tables.datasets.name):
        return CatalogState(place(connection.engine), revision)
    workspace_id = None
    if inspector.has_table(tables.workspace.name):
        workspace_id = connection.execute(select(tables.workspace.c.id)).scalar_one_or_none()
    arrays = None
    if revision is not None and revision >= STORAGE_REVISION:
        arrays = connection.execute(select(tables.workspace.c.arrays)).scalar_one_or_none()
    query = select(tables.datasets.c.id, tables.datasets.c.n_samples)
    datasets = connection.execute(query).all()
    return CatalogState(
        place(connection.engine),
        revision,
        is_new=False,
        workspace_id=workspace_id,
        dataset_ids=frozenset(dataset.id for dataset in datasets),
        has_samples=any(dataset.n_samples for dataset in datasets),
        arrays=arrays,
    )


def _update(connection: Connection, state: CatalogState) -> None:
    if state.revision == REVISIONS[-1]:
        return
    if not state.is_new and state.revision is None and _is_half_made(connection):
        # Nothing has ever been stored in it: that version refused to open it again.
        tables.metadata.drop_all(connection)
        state = CatalogState(state.place)
    if not state.is_new:
        _migrate(connection, state.revision)
        return
    tables.metadata.create_all(connection)
    connection.execute(tables.alembic_version.insert().values(version_num=REVISIONS[-1]))


def _is_half_made(connection: Connection) -> bool:
    """Whether version 0.1.0 was killed while it made this catalog: with its columns, but no revision and no dataset."""
    columns = {column["name"] for column in inspect(connection).get_columns(tables.datasets.name)}
    is_of_that_version = tables.datasets.c.attributes.name in columns
    return is_of_that_version and connection.execute(select(tables.datasets.c.id)).first() is None


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
