"""What `pip install al-core` brings."""

import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

import al_core
from tests.installing import ROOT, build, folder_of_another_project, install


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel_of_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    sdist = build("sdist", folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return build("wheel", folder, folder / sdist.name.removesuffix(".tar.gz"))


@pytest.fixture(scope="module")
def commands(wheel_of_sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that a wheel from the sdist was installed into."""
    return install(wheel_of_sdist, tmp_path_factory.mktemp("environment"))


def checksums(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


def tracked(*paths: str) -> set[str]:
    listing = subprocess.run(["git", "ls-files", "-z", "--", *paths], cwd=ROOT, capture_output=True, check=True)
    return {name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_with_the_dashboard_inside_and_nothing_else(wheel: Path) -> None:
    dashboard = tracked("app.py", "ui", "pages", "examples", ".streamlit")
    expected = tracked("al_core") | {f"al_core/_dashboard/{name}" for name in dashboard}
    files = {name for name in checksums(wheel) if ".dist-info/" not in name}
    # Beside what is tracked, a work tree may hold files that are not tracked yet.
    assert expected <= files
    assert {name.split("/")[0] for name in files} == {"al_core"}
    assert not [name for name in files if name.endswith((".pyc", ".nbi", ".nbc"))]


def test_the_sdist_builds_the_same_wheel(wheel: Path, wheel_of_sdist: Path) -> None:
    assert wheel_of_sdist.name == wheel.name
    assert checksums(wheel_of_sdist) == checksums(wheel)


def test_the_version_is_said_in_one_place(wheel: Path, commands: Path) -> None:
    printed = subprocess.run([commands / "al-core", "--version"], capture_output=True, check=True, text=True).stdout
    assert printed == f"al-core {al_core.__version__}\n"
    assert wheel.name.split("-")[1] == al_core.__version__


def test_an_installed_package_is_not_the_clone(commands: Path, tmp_path: Path) -> None:
    code = "import al_core; print(al_core.__file__)"
    command = [str(commands / "python"), "-P", "-c", code]
    imported = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    assert Path(imported.strip()).is_relative_to(commands.parent)


def test_a_read_only_package_keeps_its_kernels_in_the_cache_of_the_user(wheel: Path, tmp_path: Path) -> None:
    commands = install(wheel, tmp_path / "environment")
    (selection,) = commands.parent.glob("lib/python*/site-packages/al_core/selection")
    # A file where the folder of the cache would be: for root, no folder is read-only.
    (selection / "__pycache__").touch()
    selection.chmod(0o555)
    code = "import numpy as np; from al_core.selection.heap import heapify; heapify(np.zeros(3, np.float32))"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("NUMBA_CACHE_DIR", None)
    subprocess.run([commands / "python", "-P", "-c", code], env=environment, check=True, capture_output=True)
    assert list((tmp_path / "cache" / "numba").rglob("heap.heapify*.nbi"))


def test_the_dashboard_refuses_other_machines_without_a_token(commands: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [commands / "al-core", "dashboard", "--no-browser", "--host", "0.0.0.0", "--port", "0"],
        check=False,
        cwd=folder_of_another_project(tmp_path / "project"),
        env={**os.environ, "AL_CORE_HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "create one with `al-core token create NAME` first" in result.stderr
    assert "Traceback" not in result.stderr
    # Streamlit would ask the internet for the address of this machine, to print it.
    assert "external" not in (result.stdout + result.stderr).lower()
