"""What can be said about the container without building it."""

import argparse
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from al_core.commands.main import COMMANDS
from tests.installing import ROOT

sys.path.insert(0, str(ROOT))
from hatch_build import DASHBOARD

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments, comments and line breaks removed."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(name, " ".join(arguments.split())) for name, arguments in lines]


def arguments_of(name: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == name]


def copied() -> list[str]:
    """What is copied from the clone."""
    clone = [shlex.split(line) for line in arguments_of("COPY") if not line.startswith("--from")]
    return [source for line in clone for source in line[:-1]]


def test_every_file_that_is_copied_exists_and_is_sent_to_the_builder() -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"]
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert any(f"{entry}/".startswith(f"{source}/") for entry in sent), source


def test_all_that_the_wheel_is_built_from_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {*DASHBOARD, "al_core", "pyproject.toml", "hatch_build.py", project["readme"], *project["license-files"]}
    assert {Path(path).parts[0] for path in needed} <= set(copied())


def test_the_container_runs_as_a_user_without_rights() -> None:
    names = [name for name, _ in instructions()]
    assert arguments_of("USER") == ["al_core"]
    # Everything after it, the process of the container too, belongs to that user.
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "RUN" not in names[names.index("ENTRYPOINT") :]


def test_the_container_reports_whether_the_dashboard_answers() -> None:
    (check,) = arguments_of("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "HEALTHCHECK", "exec")
    assert f"127.0.0.1:{arguments_of('EXPOSE')[0]}/_stcore/health" in command[2]


def test_the_command_is_one_of_al_core() -> None:
    assert [json.loads(line) for line in arguments_of("ENTRYPOINT")] == [["al-core"]]
    (command,) = (json.loads(line) for line in arguments_of("CMD"))
    parser = argparse.ArgumentParser()
    COMMANDS[command[0]].add_arguments(parser)
    assert vars(parser.parse_args(command[1:])) == {"host": "0.0.0.0", "port": 8501, "no_browser": True}


@pytest.fixture
def service() -> dict[str, Any]:
    return dict(COMPOSE["services"]["al_core"])


def test_the_port_is_open_to_this_machine_alone(service: dict[str, Any]) -> None:
    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert "ports" not in COMPOSE["services"]["database"]
    assert COMPOSE["networks"]["catalog"] == {"internal": True}


def test_no_password_is_in_the_file(service: dict[str, Any]) -> None:
    url = service["environment"]["AL_CORE_DATABASE_URL"]
    assert re.fullmatch(r"postgresql\+psycopg://al_core:\$\{POSTGRES_PASSWORD:\?[^}]+\}@database/al_core", url)
    assert COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_every_volume_is_declared_and_the_workspace_is_one_of_them(service: dict[str, Any]) -> None:
    used = [volume for part in COMPOSE["services"].values() for volume in part["volumes"]]
    assert {volume.split(":")[0] for volume in used} == set(COMPOSE["volumes"])
    assert service["volumes"] == ["arrays:/data"]
    assert "AL_CORE_HOME=/data" in arguments_of("ENV")
