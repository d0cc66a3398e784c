import sqlite3
from pathlib import Path

import pytest

from al_core.commands.main import main
from al_core.store import Workspace


@pytest.fixture(autouse=True)
def _cats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with Workspace() as workspace:
        workspace.create_dataset("cats", ["a.png", "b.png"])


def test_a_workspace_is_backed_up_and_restored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "cats.tar"]) == 0
    assert main(["restore", "cats.tar", "copy"]) == 0
    written, restored = capsys.readouterr().out.splitlines()
    assert written.startswith(f"{tmp_path}/cats.tar holds the workspace (")
    assert restored == f"{tmp_path}/copy holds the workspace."
    with Workspace("copy") as copy:
        assert copy.dataset("cats").filenames() == ["a.png", "b.png"]


def test_a_missing_file_is_named_and_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [filenames] = (tmp_path / "home").rglob("filenames.arrow")
    filenames.unlink()
    assert main(["backup", "cats.tar"]) == 1
    assert filenames.relative_to(tmp_path / "home").as_posix() in capsys.readouterr().err
    assert main(["restore", "cats.tar", "copy"]) == 1
    assert "It was not whole when it was backed up: 1 problem; see `al-core doctor`." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["restore", "none.tar", "copy"], "No such file or directory; nothing was restored"),
        (["restore", "text.tar", "copy"], "is damaged or no backup of al_core"),
        (["restore", "text.tar", "home"], "is not empty"),
        (["backup", "text.tar"], "already exists; choose another name"),
        (["backup", "new.tar", "--workspace", "none"], "is not a workspace"),
        (["backup", "text.tar/new.tar"], "cannot be written"),
        (["backup", "-"], "cannot go to standard output; name a file"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_status_1(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    Path("text.tar").write_text("text")
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().err


def test_a_backup_is_a_catalog_and_files_that_any_tool_opens(tmp_path: Path) -> None:
    import tarfile

    assert main(["backup", "cats.tar"]) == 0
    with tarfile.open("cats.tar") as tar:
        tar.extractall("unpacked", filter="data")
    catalog = sqlite3.connect(tmp_path / "unpacked" / "catalog.sqlite")
    assert catalog.execute("SELECT name FROM datasets").fetchall() == [("cats",)]
    catalog.close()
