from pathlib import Path

import pytest

from al_core.commands.main import main


def test_serving_other_machines_without_a_token_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path))
    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert "create one with `al-core token create NAME` first" in capsys.readouterr().err
