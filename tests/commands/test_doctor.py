import json
import os
from pathlib import Path

import numpy as np
import pytest

from al_core.commands.main import main
from al_core.store import Kind, LocalDataset, Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "home"))
    with Workspace() as workspace:
        dataset = workspace.create_dataset("cats", ["a.png", "b.png"])
        dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(2)})
    return tmp_path / "home"


def lose_a_file(home: Path) -> Path:
    path = next((home / "datasets").iterdir()) / "score" / "0.npy"
    path.touch()
    os.utime(path, (0, 0))
    return path


def cut_the_score(home: Path) -> None:
    with Workspace(home) as workspace:
        dataset: LocalDataset = workspace.dataset("cats")
        dataset.arrays.path(dataset.arrays.get(Kind.SCORE, "mine")).write_bytes(b"cut")


def test_a_workspace_that_is_whole_is_status_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{home}: 0 problems.\n"
    assert printed.err.startswith("1 of 1 arrays, ")


def test_what_is_wrong_is_listed_with_status_1_and_nothing_is_changed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = lose_a_file(home)
    assert main(["doctor"]) == 1
    listed, summary = capsys.readouterr().out.splitlines()
    assert listed.endswith("is named by neither catalog nor tombstone; it is moved to 'lost+found'")
    assert summary == f"{home}: 1 problem; `al-core doctor --repair` mends 1 of them."
    assert lost.exists()


def test_repair_is_status_0_if_everything_is_mended(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = lose_a_file(home)
    assert main(["doctor", "--repair"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{home}: 1 problem, 1 mended."
    assert not lost.exists()
    assert main(["doctor"]) == 0


def test_repair_is_status_1_if_something_is_left_to_a_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lose_a_file(home)
    cut_the_score(home)
    assert main(["doctor", "--repair", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["home"] == str(home)
    assert [(problem["kind"], problem["mended"]) for problem in report["problems"]] == [
        ("score", False),
        ("file", True),
    ]


def test_without_digests_lengths_are_still_looked_at(home: Path) -> None:
    assert main(["doctor", "--no-digests"]) == 0
    cut_the_score(home)
    assert main(["doctor", "--no-digests"]) == 1


def test_a_folder_that_is_no_workspace_is_status_2_and_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--workspace", str(tmp_path / "none")]) == 2
    assert "is not a workspace" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_catalog_that_cannot_be_read_is_status_2(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "catalog.sqlite").write_bytes(b"no database" * 100)
    assert main(["doctor"]) == 2
    assert "is damaged or no SQLite database" in capsys.readouterr().err
