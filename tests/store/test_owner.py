import os
import subprocess
import sys
from pathlib import Path

import pytest

from al_core.store import Workspace
from al_core.store.owner import Owner

# Says that it is ready, and then waits for input that never comes.
HOLD = """
import sys
from al_core.store import Workspace
workspace = Workspace(sys.argv[1])
for folder in (workspace.incoming_folder, workspace.uploads_folder):
    (workspace.owner.own_folder(folder) / "half").write_bytes(b"half a file")
print(workspace.owner.id, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path / "locks")


def test_a_process_is_alive_until_it_gives_up(owner: Owner, tmp_path: Path) -> None:
    other = Owner(tmp_path / "locks")
    assert owner.is_alive(owner.id)
    assert owner.is_alive(other.id)
    other.close()
    assert not owner.is_alive(other.id)
    assert not owner.is_alive("none")


def test_the_locks_of_processes_that_are_gone_are_removed_whatever_their_age(owner: Owner, tmp_path: Path) -> None:
    locks = tmp_path / "locks"
    (locks / "gone.lock").touch()
    assert owner.remove_gone() == ["gone"]
    assert [file.stem for file in locks.iterdir()] == [owner.id]


def test_what_belongs_to_nobody_is_removed_when_it_is_old(owner: Owner, tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    own = owner.own_folder(folder) / "body"
    old, young = folder / "old", folder / "young"
    for file in (own, old, young):
        file.touch()
    os.utime(old, (0, 0))
    owner.remove_abandoned(folder)
    assert own.exists()
    assert sorted(path.name for path in folder.iterdir()) == sorted([owner.id, "young"])


def test_the_next_process_removes_what_a_killed_one_has_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    killed = process.stdout.readline().strip()
    with Workspace(home) as workspace:
        half = workspace.incoming_folder / killed / "half"
        assert workspace.owner.is_alive(killed)
        assert half.exists()
    process.kill()
    process.communicate()
    with Workspace(home) as workspace:
        assert not workspace.owner.is_alive(killed)
        assert [file.name for file in (home / "jobs").iterdir()] == [f"{workspace.owner.id}.lock"]
        assert list(workspace.incoming_folder.iterdir()) == []
        assert list(workspace.uploads_folder.iterdir()) == []
