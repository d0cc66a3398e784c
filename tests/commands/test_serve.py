from pathlib import Path

import pytest

from al_core.commands.main import main


def test_serving_other_machines_without_a_token_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path))
    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert "create one with `al-core token create NAME` first" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "dashboard"])
@pytest.mark.parametrize("port", ["-1", "70000", "99999999999999999999", "http", ""])
def test_what_is_no_port_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str], command: str, port: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, f"--port={port}"])
    assert exit_.value.code == 2
    assert f"expected a port, 0 to 65535, found '{port}'" in capsys.readouterr().err
