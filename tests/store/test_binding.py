"""A home opens with its own catalog only, and whatever else comes changes nothing in it."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from sqlalchemy import text

from al_core.commands.main import main
from al_core.exceptions import WorkspaceError
from al_core.store import Workspace
from al_core.store.catalog import REVISIONS
from tests.store.homes import as_version_0_1_0, catalog_engine, make_home


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a home but SQLite's own journals, which any reader makes."""
    paths = [path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def list_tokens(home: Path) -> tuple[int, str, str]:
    """The exit code, the output and the errors of `al-core token list`."""
    output = io.StringIO()
    errors = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.setenv("AL_CORE_HOME", str(home))
        status = main(["token", "list"])
    return status, output.getvalue(), errors.getvalue()


def assert_refused(home: Path, message: str) -> None:
    """Assert that the command ends with one sentence and leaves every file as it is."""
    before = contents(home)
    status, output, error = list_tokens(home)
    assert (status, output) == (1, "")
    assert error.startswith("al-core token: ")
    assert error.count("\n") == 1
    assert message in error
    assert contents(home) == before


@pytest.fixture
def sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalog is a file in the home."""
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)


def test_a_home_and_its_catalog_have_one_id(tmp_path: Path) -> None:
    make_home(tmp_path)
    engine = catalog_engine(tmp_path)
    with engine.connect() as connection:
        in_catalog = connection.execute(text("SELECT id FROM workspace")).scalar_one()
    engine.dispose()
    assert json.loads((tmp_path / "workspace.json").read_text()) == {"id": in_catalog}
    Workspace(tmp_path).close()
    assert json.loads((tmp_path / "workspace.json").read_text()) == {"id": in_catalog}


@pytest.mark.usefixtures("shared_database")
def test_a_terminal_without_the_database_url_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    terminal = {name: value for name, value in os.environ.items() if name != "AL_CORE_DATABASE_URL"}
    before = contents(home)
    command = [sys.executable, "-m", "al_core.commands.main", "token", "list"]
    done = subprocess.run(
        command, env=terminal | {"AL_CORE_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "catalog.sqlite is empty or not there" in done.stderr
    assert contents(home) == before
    assert list_tokens(home) == (0, "somebody\tread-write\n", "")


@pytest.mark.usefixtures("shared_database")
def test_a_second_home_on_one_database_is_refused(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    (tmp_path / "second" / "datasets").mkdir(parents=True)
    (tmp_path / "second" / "catalog.lock").touch()
    assert_refused(tmp_path / "second", "is the catalog of another workspace")
    assert list_tokens(tmp_path / "home")[0] == 0


@pytest.mark.usefixtures("shared_database")
def test_a_second_home_is_refused_even_while_the_first_is_empty(tmp_path: Path) -> None:
    Workspace(tmp_path / "home").close()
    with pytest.raises(WorkspaceError, match="is the catalog of another workspace"):
        Workspace(tmp_path / "second")
    Workspace(tmp_path / "home").close()


@pytest.mark.usefixtures("shared_database")
def test_a_message_names_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace(tmp_path / "home").close()
    url = os.environ["AL_CORE_DATABASE_URL"].replace("al_core@", "al_core:hidden@")
    monkeypatch.setenv("AL_CORE_DATABASE_URL", url)
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path / "second")
    assert "hidden" not in str(caught.value)


@pytest.mark.usefixtures("sqlite")
def test_a_lost_catalog_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    (home / "catalog.sqlite").unlink()
    assert_refused(home, "catalog.sqlite is empty or not there")


@pytest.mark.usefixtures("sqlite")
def test_a_lost_catalog_without_datasets_is_refused_too(tmp_path: Path) -> None:
    Workspace(tmp_path).close()
    (tmp_path / "catalog.sqlite").unlink()
    assert_refused(tmp_path, "catalog.sqlite is empty or not there")


@pytest.mark.usefixtures("sqlite")
def test_an_emptied_catalog_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    (home / "catalog.sqlite").write_bytes(b"")
    assert_refused(home, "catalog.sqlite is empty or not there")


@pytest.mark.usefixtures("sqlite")
def test_a_catalog_of_garbage_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    (home / "catalog.sqlite").write_bytes(b"garbage " * 1000)
    assert_refused(home, "is damaged or no SQLite database")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_catalog_is_refused(tmp_path: Path, part: float) -> None:
    home = make_home(tmp_path / "home")
    catalog = (home / "catalog.sqlite").read_bytes()
    (home / "catalog.sqlite").write_bytes(catalog[: int(part * len(catalog))])
    assert_refused(home, "is damaged or no SQLite database")


@pytest.mark.usefixtures("sqlite")
def test_the_catalog_of_another_workspace_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    shutil.copy(make_home(tmp_path / "other") / "catalog.sqlite", home / "catalog.sqlite")
    ids = [json.loads((tmp_path / name / "workspace.json").read_text())["id"] for name in ("home", "other")]
    assert_refused(
        home, f"is the workspace {ids[0]}, but {home / 'catalog.sqlite'} is the catalog of the workspace {ids[1]}"
    )


@pytest.mark.usefixtures("sqlite")
def test_the_catalog_of_another_workspace_is_refused_where_the_id_file_is_lost(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    shutil.copy(make_home(tmp_path / "other") / "catalog.sqlite", home / "catalog.sqlite")
    (home / "workspace.json").unlink()
    assert_refused(home, "of the datasets that have files there (1) it names none")


@pytest.mark.usefixtures("sqlite")
def test_a_catalog_of_version_0_1_0_is_refused_by_the_home_of_another(tmp_path: Path) -> None:
    home, other = make_home(tmp_path / "home"), make_home(tmp_path / "other")
    as_version_0_1_0(home)
    as_version_0_1_0(other)
    shutil.copy(other / "catalog.sqlite", home / "catalog.sqlite")
    assert_refused(home, "of the datasets that have files there (1) it names none")


@pytest.mark.usefixtures("sqlite")
def test_the_empty_catalog_that_version_0_1_0_left_without_the_database_url_is_refused(tmp_path: Path) -> None:
    home, other = make_home(tmp_path / "home"), tmp_path / "other"
    Workspace(other).close()
    as_version_0_1_0(home)
    as_version_0_1_0(other)
    shutil.copy(other / "catalog.sqlite", home / "catalog.sqlite")
    assert_refused(home, "of the datasets that have files there (1) it names none")


def test_a_newer_catalog_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    engine = catalog_engine(home)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    engine.dispose()
    assert_refused(home, f"it has the migration '0999', and this version reads up to '{REVISIONS[-1]}'")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("content", ["", "{}", "[]", "\x00"])
def test_a_damaged_id_file_is_refused_and_may_be_removed(tmp_path: Path, content: str) -> None:
    home = make_home(tmp_path / "home")
    (home / "workspace.json").write_text(content)
    assert_refused(home, "remove the file")
    (home / "workspace.json").unlink()
    assert list_tokens(home) == (0, "somebody\tread-write\n", "")


def test_a_home_of_version_0_1_0_gets_an_id(tmp_path: Path) -> None:
    make_home(tmp_path)
    as_version_0_1_0(tmp_path)
    with Workspace(tmp_path) as workspace:
        assert workspace.dataset("cats").filenames() == ["a.png", "b.png"]
    assert (tmp_path / "workspace.json").exists()
    assert not (tmp_path / "workspace.json.draft").exists()


def test_an_empty_home_of_version_0_1_0_gets_an_id(tmp_path: Path) -> None:
    Workspace(tmp_path).close()
    as_version_0_1_0(tmp_path)
    Workspace(tmp_path).close()
    assert (tmp_path / "workspace.json").exists()


def test_a_folder_that_version_0_1_0_did_not_finish_deleting_does_not_block_the_workspace(tmp_path: Path) -> None:
    make_home(tmp_path)
    (tmp_path / "datasets" / "0123456789abcdef01234567" / "embedding").mkdir(parents=True)
    as_version_0_1_0(tmp_path)
    Workspace(tmp_path).close()


def test_a_lost_id_file_is_written_again_from_a_catalog_that_names_the_datasets(tmp_path: Path) -> None:
    make_home(tmp_path)
    workspace_id = (tmp_path / "workspace.json").read_bytes()
    (tmp_path / "workspace.json").unlink()
    Workspace(tmp_path).close()
    assert (tmp_path / "workspace.json").read_bytes() == workspace_id


def test_a_backup_of_the_catalog_from_before_ids_opens_its_own_home(tmp_path: Path) -> None:
    make_home(tmp_path)
    workspace_id = (tmp_path / "workspace.json").read_bytes()
    as_version_0_1_0(tmp_path)
    (tmp_path / "workspace.json").write_bytes(workspace_id)
    Workspace(tmp_path).close()
    assert (tmp_path / "workspace.json").read_bytes() == workspace_id
