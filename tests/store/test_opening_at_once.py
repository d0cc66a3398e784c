"""Processes that open homes at one moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.homes import as_version_0_1_0, make_home

OPEN_AT_ONCE = """
import os, sys
from al_core.commands.main import main
from al_core.exceptions import WorkspaceError
from al_core.store import Workspace

waiting, sign = os.pipe()
openers = []
for home in sys.argv[1:]:
    openers.append(os.fork())
    if not openers[-1]:
        os.close(sign)
        os.read(waiting, 1)  # returns for all of them when the parent closes its end
        try:
            Workspace(home).close()
        except WorkspaceError as error:
            os.write(1, f"{error}\\n".encode())
            os._exit(1)
        os._exit(0)
os.close(sign)
print(*(os.waitstatus_to_exitcode(os.waitpid(opener, 0)[1]) for opener in openers))
"""


def open_at_once(homes: list[Path]) -> tuple[list[int], str]:
    """The exit codes, and the sentences, of processes that open a home each, at one moment."""
    command = [sys.executable, "-c", OPEN_AT_ONCE, *map(str, homes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    *errors, codes = done.stdout.splitlines()
    return [int(code) for code in codes.split()], "\n".join(errors)


@pytest.mark.parametrize("is_old", [False, True], ids=["new", "0.1.0"])
def test_processes_that_open_one_home_for_the_first_time_at_once_all_succeed(tmp_path: Path, is_old: bool) -> None:
    if is_old:
        make_home(tmp_path)
        as_version_0_1_0(tmp_path)
    assert open_at_once([tmp_path] * 4) == ([0] * 4, "")


@pytest.mark.usefixtures("shared_database")
def test_one_of_two_new_homes_that_open_one_new_database_at_once_gets_it(tmp_path: Path) -> None:
    codes, error = open_at_once([tmp_path / "left", tmp_path / "right"])
    assert sorted(codes) == [0, 1]
    assert "is the catalog of another workspace" in error
    homes = [path.parent.name for path in tmp_path.glob("*/workspace.json*")]
    assert homes == [name for name, code in zip(["left", "right"], codes, strict=True) if not code]
