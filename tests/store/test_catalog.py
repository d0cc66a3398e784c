import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import MetaData, create_engine, text

from al_core.store import INITIAL_TAG, TagOrigin, Workspace
from al_core.store.engines import writing
from tests.store.homes import VERSION_0_1_0, as_version_0_1_0, make_tables
from tests.unmeasured import unmeasured_environment


def first_catalog(home: Path) -> str:
    """A catalog as it was before there were migrations, with a dataset."""
    url = os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{home / 'catalog.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        make_tables(connection, VERSION_0_1_0[0])
        connection.execute(text("INSERT INTO datasets (id, name, n_samples, created_at) VALUES ('1', 'old', 0, 1)"))
    engine.dispose()
    return url


def test_an_older_catalog_is_migrated_and_keeps_its_datasets(tmp_path: Path) -> None:
    first_catalog(tmp_path)
    with Workspace(tmp_path) as workspace:
        [dataset] = workspace.datasets()
        assert (dataset.name, dataset.n_pending, dataset.attributes) == ("old", 0, {})
        dataset.set_samples(["a.png"])
        assert workspace.dataset("old").n_samples == 1


@pytest.mark.parametrize("n_tables", range(1, 8))
def test_a_catalog_that_version_0_1_0_was_killed_making_is_completed(tmp_path: Path, n_tables: int) -> None:
    url = os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        make_tables(connection, *VERSION_0_1_0)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        of_that_version = MetaData()
        of_that_version.reflect(connection)
        of_that_version.drop_all(connection, of_that_version.sorted_tables[n_tables:])
    engine.dispose()
    with Workspace(tmp_path) as workspace:
        assert workspace.create_dataset("cats", ["a.png"]).n_samples == 1


KILL_AT_EVERY_STEP = """
import os, shutil, signal, sys
from pathlib import Path

import alembic.command  # once here, not in every child
from sqlalchemy import Engine, event

from al_core.store import Workspace


def die_at(step):
    left = [step]

    def count(*_):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    # Before each step is after the one before it; only what follows a commit has to be listed.
    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        setattr(owner, name, counted(getattr(owner, name), count))


def counted(function, count):
    def call(*arguments, **named):
        count()
        return function(*arguments, **named)

    return call


template, homes = map(Path, sys.argv[1:])
for step in range(1000):
    home = homes / str(step)
    shutil.copytree(template, home)
    child = os.fork()
    if not child:
        die_at(step)
        Workspace(home).close()
        os._exit(0)
    was_killed = os.waitpid(child, 0)[1] != 0
    with Workspace(home) as workspace:
        names = [dataset.name for dataset in workspace.datasets()]
        assert names == [path.name for path in (template / "names").glob("*")], (step, names)
    assert sorted(path.name for path in home.glob("workspace.json*")) == ["workspace.json"], step
    if not was_killed:
        break
print(step)
"""


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["new", "first", "0.1.0"])
def test_a_process_killed_at_any_step_of_the_first_opening_locks_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    template = tmp_path / "template"
    (template / "names").mkdir(parents=True)
    if kind == "first":
        first_catalog(template)
        (template / "names" / "old").touch()
    if kind == "0.1.0":
        with Workspace(template) as workspace:
            workspace.create_dataset("cats", ["a.png"])
        as_version_0_1_0(template)
        (template / "names" / "cats").touch()
    command = [sys.executable, "-c", KILL_AT_EVERY_STEP, str(template), str(tmp_path / "homes")]
    done = subprocess.run(command, env=unmeasured_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


def test_children_of_a_parent_that_an_earlier_version_lost_hang_below_the_root(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        dataset = workspace.create_dataset("cats", ["a.png"])
        parent = dataset.create_tag("parent", np.array([0]))
        for name, origin in (("child", parent), ("orphan", dataset.create_tag("lost", np.array([0])))):
            dataset.create_tag(name, np.array([0]), TagOrigin(parent=origin))
    as_version_0_1_0(tmp_path)
    engine = create_engine(os.environ.get("AL_CORE_DATABASE_URL") or f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM tags WHERE name = 'lost'"))
    engine.dispose()
    with Workspace(tmp_path) as workspace:
        tags = {tag.name: tag for tag in workspace.dataset("cats").tags()}
    assert tags["child"].parent_id == tags["parent"].id
    assert tags["orphan"].parent_id == tags[INITIAL_TAG].id


def test_a_job_that_the_version_before_leases_left_under_way_counts_as_interrupted(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        dataset_id = workspace.create_dataset("cats", ["a.png"]).id
        with writing(workspace._engine) as connection:
            connection.execute(text("ALTER TABLE jobs DROP COLUMN position"))
            for column in ("recipe", "attempt", "lease_ends_at", "done", "total", "cancel_asked", "handovers"):
                connection.execute(text(f"ALTER TABLE jobs DROP COLUMN {column}"))
            connection.execute(text("ALTER TABLE datasets DROP COLUMN changed_at"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
            columns = "id, dataset_id, title, owner, state, error, error_type, created_at"
            row = f"'left', '{dataset_id}', 'a selection', 'gone', 'RUNNING', '', '', 1"
            connection.execute(text(f"INSERT INTO jobs ({columns}) VALUES ({row})"))
    with Workspace(tmp_path) as workspace:
        assert workspace.dataset("cats").filenames() == ["a.png"]
        record = workspace.job_records.get("left")
    assert (record.state, record.error.partition(":")[0]) == ("FAILED", "interrupted")
