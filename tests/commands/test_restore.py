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
    assert main(["backup", "cats.tar"]) == 0


def test_the_catalog_goes_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    assert main(["restore", "cats.tar", "copy"]) == 0
    assert not (tmp_path / "copy" / "catalog.sqlite").exists()
    with Workspace("copy") as copy:
        assert copy.dataset("cats").n_samples == 2


def test_a_home_in_use_is_refused_and_untouched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "cats.tar", "home"]) == 1
    assert "is not empty" in capsys.readouterr().err
    with Workspace() as workspace:
        assert workspace.dataset("cats").n_samples == 2
