from pathlib import Path

import pytest

from al_core.commands.main import main
from al_core.store import Workspace


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path))
    return tmp_path


def test_a_token_is_created_listed_and_revoked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "create", "ci", "--read-only"]) == 0
    secret = capsys.readouterr().out.strip()
    with Workspace(home) as workspace:
        token = workspace.tokens.find(secret)
        assert token is not None
        assert (token.name, token.may_write) == ("ci", False)
    assert main(["token", "list"]) == 0
    assert capsys.readouterr().out == "ci\tread-only\n"
    assert main(["token", "revoke", "ci"]) == 0
    assert main(["token", "list"]) == 0
    assert capsys.readouterr().out == ""


def test_a_token_may_write_unless_it_is_read_only(capsys: pytest.CaptureFixture[str]) -> None:
    main(["token", "create", "ci"])
    capsys.readouterr()
    main(["token", "list"])
    assert capsys.readouterr().out == "ci\tread-write\n"


def test_a_token_that_does_not_exist_cannot_be_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "revoke", "ci"]) == 1
    assert "al-core token: there is no token 'ci'; there are: none" in capsys.readouterr().err
