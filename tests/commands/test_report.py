import json
from pathlib import Path

import pytest

from al_core import workflow
from al_core.api.server.settings import Settings
from al_core.commands.main import main
from al_core.config import SelectionConfig
from al_core.store import Dataset, Workspace
from tests.api.conftest import api_server


def test_a_report_is_written_here_and_from_a_server(
    workspace: Workspace,
    dataset: Dataset,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workflow.run_selection(dataset, SelectionConfig("RANDOM", 2, name="round 1", seed=0))
    command = ["report", "round 1", "--dataset", "line"]
    target = tmp_path / "round.html"
    assert main([*command, "-o", str(target), "--json", "--workspace", str(workspace.home)]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(target), "bytes": target.stat().st_size}
    assert main([*command, "--workspace", str(workspace.home)]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "client"))
    monkeypatch.setenv("AL_CORE_TOKEN", workspace.tokens.create("cron"))
    with api_server(workspace, Settings(require_token=True)) as address:
        assert main([*command, "--server", address]) == 0
    assert "<h1>round 1</h1>" in capsys.readouterr().out
    assert main(["report", "initial-tag", "--dataset", "line", "--workspace", str(workspace.home)]) == 1
    assert "was not made by a selection" in capsys.readouterr().err
