"""A process that is killed at any step of a dataset's life leaves a workspace that opens and is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from al_core.store import Workspace
from tests.unmeasured import unmeasured_environment

KILL_AT_STEPS = """
import os, shutil, signal, sys
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, event

from al_core.store import Kind, TagOrigin, Workspace
from al_core.store.records import NewArrays

home_template, homes = map(Path, sys.argv[1:3])
stride = int(sys.argv[3])


def life(workspace, acknowledge):
    embedding = NewArrays(Kind.EMBEDDING, {"default": np.ones((3, 2), np.float32)})
    sizes = NewArrays(Kind.METADATA, {"width": np.ones(3), "height": np.ones(3)})
    dataset = workspace.create_dataset("cats", ["a.png", "b.png", "c.png"], arrays=[embedding, sizes])
    acknowledge("made")
    dataset.arrays.save(Kind.SCORE, {"mine": np.full(3, 0.25), "other": np.zeros(3)})
    dataset.arrays.save(Kind.SCORE, {"mine": np.full(3, 0.5)})
    acknowledge("scored")
    tag = dataset.create_tag("picked", np.array([0, 2]), TagOrigin(order=np.array([2, 0])))
    acknowledge("picked")
    dataset.samples.add("d.png", {"size": 1})
    acknowledge("added")
    dataset.grow("more")
    acknowledge("grown")
    dataset.delete_tag(tag)
    workspace.tombstones.restore(workspace.tombstones.all()[0].id)
    acknowledge("restored")
    workspace.tombstones._retention = 0
    dataset.arrays.delete(Kind.SCORE, "other")
    workspace.tombstones.remove_expired(is_due=True)
    acknowledge("removed")
    workspace.delete_dataset("cats")
    workspace.tombstones.remove_expired(is_due=True)
    acknowledge("deleted")


def check(home, done):
    with Workspace(home) as workspace:
        checks = workspace.checks
        for find in (checks.damaged_arrays, checks.damaged_filenames, checks.wrong_tags, checks.dangling_orders):
            assert list(find()) == [], (done, list(find()))
        names = [dataset.name for dataset in workspace.datasets()]
        for dataset in workspace.datasets():
            kind = Kind.EMBEDDING if dataset.n_samples == 3 else Kind.PARTIAL_EMBEDDING
            assert dataset.arrays.find(kind, "default"), (done, "a dataset is visible without its embedding")
            assert len(dataset.arrays.all(Kind.METADATA)) == 2
        if "deleted" in done:
            assert (names, list((home / "datasets").iterdir())) == ([], [])
        elif "removed" not in done and "made" in done:
            dataset = workspace.dataset("cats")
            if "scored" in done:
                assert dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "mine"))[:3].tolist() == [0.5] * 3
            if "restored" in done or ("picked" in done and "grown" not in done):
                tag = dataset.tag("picked")
                assert tag.rows.tolist() == [0, 2]
                assert dataset.arrays.read(dataset.arrays.get(Kind.SELECTION, tag.id)).tolist() == [2, 0]
            if "added" in done:
                assert [*dataset.filenames(), *dataset.samples.filenames(dataset.n_samples)][3:] == ["d.png"]
            if "grown" in done:
                assert (dataset.n_samples, dataset.tag("more").rows.tolist()) == (4, [3])


def counted(function, count):
    def call(*arguments, **named):
        count()
        return function(*arguments, **named)

    return call


def die_at(step):
    left = [step]

    def count(*_):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    for owner, name in ((os, "fsync"), (os, "link"), (Path, "replace"), (Path, "unlink"), (shutil, "rmtree")):
        setattr(owner, name, counted(getattr(owner, name), count))


n_kills = 0
for step in range(0, 10_000, stride):
    home = homes / str(step)
    shutil.copytree(home_template, home)
    child = os.fork()
    if not child:
        with (home / "done").open("ab", buffering=0) as done:
            workspace = Workspace(home)
            die_at(step)
            life(workspace, lambda word: done.write(word.encode() + b" "))
        os._exit(0)
    was_killed = os.waitpid(child, 0)[1] != 0
    check(home, (home / "done").read_text().split())
    if not was_killed:
        break
    n_kills += 1
print(n_kills)
"""


# A prime number, so that the kills fall on every kind of step. All of them, with a stride of 1, take minutes.
STRIDE = 11


@pytest.mark.sqlite
def test_a_process_killed_at_any_step_of_a_datasets_life_leaves_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    template = tmp_path / "template"
    Workspace(template).close()
    command = [sys.executable, "-c", KILL_AT_STEPS, str(template), str(tmp_path / "homes"), str(STRIDE)]
    done = subprocess.run(command, env=unmeasured_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15
