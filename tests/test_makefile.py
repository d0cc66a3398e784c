"""`make` on machines that lack something: it says what, and stops."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def fake_pythons(folder: Path, script: str) -> Path:
    """A folder to put in front of PATH in which every Python behaves like the shell script."""
    folder.mkdir()
    for name in ("python", "python3", "python3.11", "python3.12", "python3.13"):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def make(checkout: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def finished_environment(checkout: Path) -> None:
    """A .venv whose stamps are newer than the requirements, around the Python of the tests."""
    binaries = checkout / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(sys.executable)
    for stamp in (".app", ".kernels"):
        (checkout / ".venv" / stamp).touch()


def test_help_lists_every_command(checkout: Path) -> None:
    output = make(checkout, "help").stdout
    assert all(f"make {target} " in output for target in ("run", "test", "check", "bench", "clean"))


def test_an_old_python_is_named_together_with_the_remedy(checkout: Path, tmp_path: Path) -> None:
    old = fake_pythons(tmp_path / "old", 'case "$1" in --version) echo Python 3.8.1;; *) exit 1;; esac')
    result = make(checkout, "run", path=old)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed; this machine's python3 is: Python 3.8.1." in result.stdout
    assert "apt install python3 python3-venv" in result.stdout
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_is_named_together_with_the_remedy(checkout: Path, tmp_path: Path) -> None:
    bare = fake_pythons(tmp_path / "bare", 'case "$*" in --version) echo Python 3.12.3;; *ensurepip*) exit 1;; esac')
    result = make(checkout, "run", path=bare)
    assert result.returncode != 0
    assert "Python 3.12.3 cannot create virtual environments." in result.stdout
    assert "apt install python3-venv" in result.stdout
    assert not (checkout / ".venv").exists()


def test_a_failed_installation_is_explained_and_tried_again_the_next_time(checkout: Path) -> None:
    finished_environment(checkout)
    (checkout / ".venv" / ".app").unlink()
    (checkout / "requirements.txt").write_text("-r missing.txt\n")
    result = make(checkout, "run")
    assert result.returncode != 0
    assert "Could not install requirements.txt. pip needs the network" in result.stdout
    assert not (checkout / ".venv" / ".app").exists()


def test_a_port_in_use_is_reported_with_another_one_to_choose(checkout: Path) -> None:
    finished_environment(checkout)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = make(checkout, "run", f"PORT={port}")
    assert result.returncode != 0
    assert f"Port {port} is in use." in result.stdout
    assert f"make run PORT={port + 1}" in result.stdout


def test_packages_are_installed_again_only_when_the_requirements_changed(checkout: Path) -> None:
    finished_environment(checkout)
    stamp, requirements = checkout / ".venv" / ".app", checkout / "requirements.txt"
    os.utime(requirements, (1_000_000_000, 1_000_000_000))
    os.utime(stamp, (1_000_000_001, 1_000_000_001))
    assert make(checkout, "--question", ".venv/.app").returncode == 0
    os.utime(requirements, (1_000_000_002, 1_000_000_002))
    assert make(checkout, "--question", ".venv/.app").returncode == 1
