import gc
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from al_core.exceptions import WorkspaceError
from al_core.store import Workspace, engines
from al_core.store.engines import writing
from tests.unmeasured import unmeasured_environment


def test_a_database_that_nobody_serves_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_DATABASE_URL", f"postgresql+psycopg://me:hidden@/db?host={tmp_path}")
    with pytest.raises(WorkspaceError, match=r"cannot be reached .*; start the database") as caught:
        Workspace(tmp_path / "home")
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "nonsense://host/db", "postgresql+nonsense://host/db"])
def test_an_address_that_names_no_database_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("AL_CORE_DATABASE_URL", url)
    with pytest.raises(WorkspaceError, match="AL_CORE_DATABASE_URL should be an address such as"):
        Workspace(tmp_path)


def test_a_new_catalog_that_another_process_writes_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    # Before it has switched to a write-ahead log, SQLite refuses the second one at once.
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        closing(sqlite3.connect(path, isolation_level=None)) as probe,
    ):
        other.execute("CREATE TABLE theirs (id INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            probe.execute("PRAGMA journal_mode = WAL")
        threading.Timer(0.05, other.execute, ["COMMIT"]).start()
        engine = engines.connect(f"sqlite:///{path}")
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        engine.dispose()


@pytest.mark.sqlite
def test_a_workspace_that_nobody_closes_closes_its_connections_when_it_goes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace._engine.connect() as borrowed:
        connection = borrowed.connection.driver_connection
    assert connection is not None
    del workspace, borrowed
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        connection.execute("SELECT 1")


@pytest.mark.sqlite
def test_a_catalog_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    Workspace(tmp_path).close()
    catalog = tmp_path / "catalog.sqlite"
    catalog.unlink()
    catalog.mkdir()
    with pytest.raises(WorkspaceError, match=r"cannot be opened for writing .*; make its folder writable"):
        Workspace(tmp_path)


LIST_WITHOUT_SPACE = """
import resource, sys
from al_core.commands.main import main
# As on a full disk, no file gets longer; but no disk has to be filled.
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
sys.exit(main(["datasets", "--workspace", sys.argv[1]]))
"""


@pytest.mark.sqlite
def test_a_catalog_on_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    Workspace(tmp_path).close()
    command = [sys.executable, "-c", LIST_WITHOUT_SPACE, str(tmp_path)]
    # Coverage would complain that it cannot write its own file either.
    ended = subprocess.run(command, env=unmeasured_environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"al-core datasets: {tmp_path / 'catalog.sqlite'} cannot be read or written")
    assert "its disk is full or failing; free some space" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_writer_that_waits_too_long_gets_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 1)
    engine = engines.connect(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with writing(engine), pytest.raises(WorkspaceError, match="nothing was stored: try again"), writing(engine):
        pass
    engine.dispose()


def test_writers_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    engine = engines.connect(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counter (value INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count() -> None:
        for _ in range(20):
            with writing(engine) as connection:
                value = connection.execute(text("SELECT value FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engines.reading(engine) as connection:
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == 80
    engine.dispose()


def test_the_store_needs_no_module_that_only_posix_has() -> None:
    program = "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'pwd', 'grp'))); import al_core.store.workspace"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
