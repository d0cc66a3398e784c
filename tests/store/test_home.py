from pathlib import Path

import pytest

from al_core.exceptions import WorkspaceError
from al_core.store import Workspace
from al_core.store.home import existing_home, home_folder


def test_a_home_is_given_or_of_the_environment_or_of_this_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AL_CORE_HOME", raising=False)
    assert home_folder() == tmp_path / ".al_core"
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "ours"))
    assert home_folder() == tmp_path / "ours"
    assert home_folder("~/given") == tmp_path / "given"


def test_a_home_that_leads_nowhere_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for home in (tmp_path / "loop", "~nobody-has-this-name/al"):
        with pytest.raises(WorkspaceError, match=r"cannot be found .*; set AL_CORE_HOME to it"):
            home_folder(home)


def test_a_folder_with_nothing_in_it_is_no_workspace_yet(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is not a workspace; give its folder"):
        existing_home(tmp_path)
    with Workspace(tmp_path / "ours"):
        assert existing_home(tmp_path / "ours") == tmp_path / "ours"


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match=r"home cannot be made a workspace \(.*\); set AL_CORE_HOME"):
        Workspace(tmp_path / "file" / "home")
