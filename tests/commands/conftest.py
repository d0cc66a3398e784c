import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from al_core.api.server.settings import Settings
from al_core.commands.main import main
from al_core.store import Workspace
from tests.api.conftest import api_server

Shell = Callable[..., Any]


@pytest.fixture(params=["here", "server"])
def shell(
    request: pytest.FixtureRequest,
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Shell]:
    """`shell("datasets")` returns what a command prints as JSON; `code=1` expects that exit code."""

    def run(place: list[str], *arguments: str, code: int = 0, stdin: str = "") -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        assert main([*arguments, "--json", *place]) == code
        return json.loads(capsys.readouterr().out)

    if request.param == "here":
        yield lambda *arguments, **options: run(["--workspace", str(workspace.home)], *arguments, **options)
        return
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "client"))
    monkeypatch.setenv("AL_CORE_TOKEN", workspace.tokens.create("cron"))
    with api_server(workspace, Settings(require_token=True)) as address:
        yield lambda *arguments, **options: run(["--server", address], *arguments, **options)


NAMES = [f"{row}.png" for row in range(6)]
PREDICTIONS = "filename,cat,dog\n" + "".join(
    f"{name},{0.5 + row / 20},{0.5 - row / 20}\n" for row, name in enumerate(NAMES)
)


@pytest.fixture
def images(shell: Shell) -> Shell:
    """A shell in which there is a dataset `animals` of `NAMES`, without anything about its images."""
    shell("create", "-", "--dataset", "animals", stdin="\n".join(NAMES))
    return shell


@pytest.fixture
def animals(images: Shell) -> Shell:
    """The same shell, in which the dataset has predictions."""
    images("predictions", "add", "-", "--dataset", "animals", "--name", "first", stdin=PREDICTIONS)
    return images
