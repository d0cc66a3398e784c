"""Builds al_core and installs it into a fresh environment, without the network."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def build(target: str, folder: Path, source: Path = ROOT) -> Path:
    """The file that hatchling builds: `wheel` or `sdist`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return built


def install(distribution: Path, folder: Path) -> Path:
    """The folder of the commands of a new environment that holds the distribution.

    Its dependencies are those of the environment of the tests, which is on its import path, behind its own packages.
    The al_core under test is not: a path file inside that environment adds the clone, and those are read only in an
    environment's own folder.
    """
    venv.create(folder, with_pip=False)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    command = [sys.executable, "-m", "pip", f"--python={folder}/bin/python", "install", str(distribution)]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--no-compile", "--quiet"]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return folder / "bin"


def folder_of_another_project(folder: Path) -> Path:
    """A working directory whose modules have the names of ours; none of them can be imported."""
    for name in ("app.py", "ui/__init__.py", "pages/datasets.py", "al_core.py", "streamlit.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("raise ImportError('a module of another project')\n")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text('[client]\ntoolbarMode = "developer"\n')
    return folder
