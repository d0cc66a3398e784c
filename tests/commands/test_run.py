"""A round from a file: run once, run again, killed in between, refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from al_core import workflow
from al_core.api.server.settings import Settings
from al_core.commands.main import main
from al_core.store import Dataset, Workspace
from al_core.store.provenance import Provenance
from al_core.store.records import TagOrigin
from tests.api.conftest import api_server
from tests.commands.conftest import NAMES, PREDICTIONS
from tests.commands.meeting import run_twice_at_once

ROUND: dict[str, Any] = {
    "dataset": "animals",
    "name": "round 1",
    "predictions": {"file": "predictions.csv", "model": "first"},
    "labels": {"file": "labels.csv"},
    "selection": {"method": "active_learning", "new": 2},
    "export": {"format": "csv", "file": "round-1.csv"},
}

DIE = """
import os, signal, sys
from al_core import workflow
from al_core.commands.main import main
setattr(workflow, sys.argv[1], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
main(sys.argv[2:])
"""


@pytest.fixture
def file(workspace: Workspace, tmp_path: Path) -> Path:
    """A round file beside its inputs, of a dataset that is there."""
    workspace.create_dataset("animals", NAMES)
    (tmp_path / "predictions.csv").write_text(PREDICTIONS)
    (tmp_path / "labels.csv").write_text("filename,label\n0.png,cat\n")
    return write(tmp_path / "round.yaml", ROUND)


def write(path: Path, content: Any) -> Path:
    path.write_text(yaml.safe_dump(content))
    return path


def run(
    capsys: pytest.CaptureFixture[str], workspace: Workspace, file: Path, *options: str, code: int = 0
) -> dict[str, Any]:
    assert main(["run", str(file), "--json", "--workspace", str(workspace.home), *options]) == code
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def run_until(workspace: Workspace, file: Path, step: str) -> None:
    """Run a round in a process that is killed where a step of the workflow begins."""
    command = ["run", str(file), "--workspace", str(workspace.home)]
    killed = subprocess.run([sys.executable, "-c", DIE, step, *command], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL


def test_a_round_runs_once(workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dry = run(capsys, workspace, file, "--dry-run")
    dataset = workspace.dataset("animals")
    assert (dry["changed"], [tag.name for tag in dataset.tags()]) == (False, ["initial-tag"])
    first = run(capsys, workspace, file)
    # 0.png is labeled; of the others 1.png and 2.png are the most uncertain.
    assert (first["added"], first["changed"]) == (["1.png", "2.png"], True)
    assert first["digest"] == dry["digest"]
    assert dataset.tag("round 1").is_sent
    assert [model.name for model in dataset.models.all()] == ["first"]
    exported = (file.parent / "round-1.csv").read_bytes()
    before = [tag.name for tag in dataset.tags()]
    again = run(capsys, workspace, file)
    assert (again["changed"], again["done"], again["added"]) == (False, [], ["1.png", "2.png"])
    assert ([tag.name for tag in dataset.tags()], (file.parent / "round-1.csv").read_bytes()) == (before, exported)
    assert main(["run", str(file), "--workspace", str(workspace.home)]) == 0
    assert "'round 1' is done already" in capsys.readouterr().out


def test_the_next_round_adds_to_what_labelers_have(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, workspace, file)
    second = {"dataset": "animals", "name": "round 2", "selection": {"method": "ACTIVE_LEARNING", "new": 2}}
    assert run(capsys, workspace, write(file.parent / "2.yaml", second))["added"] == ["3.png", "4.png"]


def test_a_budget_alone_stops_a_selection(workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    selection = {"method": "ACTIVE_LEARNING", "budget": {"total": 3}}
    write(file, ROUND | {"selection": selection})
    assert run(capsys, workspace, file)["added"] == ["1.png", "2.png", "3.png"]


def test_a_round_runs_on_a_server(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_CORE_HOME", str(file.parent / "client"))
    monkeypatch.setenv("AL_CORE_TOKEN", workspace.tokens.create("cron"))
    with api_server(workspace, Settings(require_token=True)) as address:
        answers = []
        for _ in range(2):
            assert main(["run", str(file), "--json", "--server", address]) == 0
            answers.append(json.loads(capsys.readouterr().out))
    assert [answer["added"] for answer in answers] == [["1.png", "2.png"]] * 2
    assert [answer["changed"] for answer in answers] == [True, False]
    assert workspace.dataset("animals").tag("round 1").provenance.round_digest == answers[0]["digest"]


@pytest.mark.parametrize("step", ["store_predictions", "run_selection", "export_tag", "mark_sent"])
def test_a_round_that_was_killed_goes_on_where_it_stopped(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    run_until(workspace, file, step)
    answer = run(capsys, workspace, file)
    assert (answer["added"], answer["changed"]) == (["1.png", "2.png"], True)
    dataset = workspace.dataset("animals")
    assert dataset.tag("round 1").is_sent
    assert [model.name for model in dataset.models.all()] == ["first"]
    assert [labels.name for labels in dataset.labels.all()] == ["labels before round 1"]
    assert not run(capsys, workspace, file)["changed"]


def test_a_file_that_was_there_before_is_neither_replaced_nor_sent_to_labelers(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = file.parent / "round-1.csv"
    exported.write_text("the list of another round")
    for options in (("--dry-run",), ()):
        refusal = run(capsys, workspace, file, *options, code=1)
        assert f"export.file: {exported} already exists; move it, or name another file" in refusal["message"]
    dataset = workspace.dataset("animals")
    assert ([tag.name for tag in dataset.tags()], dataset.models.all()) == (["initial-tag"], [])
    assert exported.read_text() == "the list of another round"


def test_a_round_killed_before_it_was_sent_takes_its_own_file_for_done(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_until(workspace, file, "mark_sent")
    assert run(capsys, workspace, file)["done"] == ["marked as sent: not selected again"]


def test_a_round_killed_before_it_was_sent_does_not_send_another_file(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_until(workspace, file, "mark_sent")
    (file.parent / "round-1.csv").write_text("half of another list")
    assert "round-1.csv has another content" in run(capsys, workspace, file, code=1)["message"]
    assert not workspace.dataset("animals").tag("round 1").is_sent


def test_of_two_equal_runs_at_once_one_selects_and_the_other_says_so(workspace: Workspace, file: Path) -> None:
    command = ["run", str(file), "--json", "--workspace", str(workspace.home)]
    answers = [json.loads(printed) for printed, _ in run_twice_at_once("run_selection", *command)]
    assert [answer["added"] for answer in answers] == [["1.png", "2.png"]] * 2
    done = [line for answer in answers for line in answer["done"] if "'round 1'" in line]
    assert sorted(done) == [
        "'round 1' has been selected by another run of this file meanwhile",
        "2 images selected as 'round 1'",
    ]
    dataset = workspace.dataset("animals")
    assert [tag.name for tag in dataset.tags()] == ["round 1", "labels before round 1", "initial-tag"]
    assert (file.parent / "round-1.csv").exists()


def test_a_dataset_made_under_the_name_of_a_deleted_one_is_not_taken_for_it(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_selection = workflow.run_selection

    def run_late(dataset: Dataset, *arguments: Any, round_digest: str, **options: Any) -> Any:
        workspace.delete_dataset("animals")
        same = workspace.create_dataset("animals", ["x.png"])
        same.create_tag("round 1", np.array([0]), TagOrigin(provenance=Provenance(round_digest=round_digest)))
        return run_selection(dataset, *arguments, round_digest=round_digest, **options)

    monkeypatch.setattr(workflow, "run_selection", run_late)
    assert run(capsys, workspace, file, code=1)["error"] == "NotFoundError"
    assert not (file.parent / "round-1.csv").exists()


def test_what_changed_since_is_not_taken_for_the_same_round(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, workspace, file)
    (file.parent / "predictions.csv").write_text(PREDICTIONS.replace("0.5,0.5", "0.9,0.1"))
    refusal = run(capsys, workspace, file, code=1)
    assert refusal["error"] == "AlreadyExistsError"
    assert "has changed since; choose another name" in refusal["message"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"datset": "x"}, "datset: there is no such key"),
        ({"name": 7}, "name: expected text, in quotes"),
        ({"name": "<script>"}, "name: tag name '<script>' is not allowed"),
        ({"dataset": "nowhere"}, "no dataset 'nowhere'"),
        ({"selection": None}, "selection: expected method, and new, n_samples or budget"),
        ({"selection": {"method": "BEST", "new": 2}}, "selection: unknown sampling method 'BEST'"),
        ({"selection": {"method": "RANDOM"}}, "selection: no stopping condition"),
        ({"selection": {"new": "many"}}, "selection.new is how many images to add"),
        ({"selection": {"new": 2, "n_samples": 3}}, "give one"),
        ({"selection": {"new": 2, "limits": [{"kind": "odd"}]}}, "selection: there is no limit 'odd'"),
        ({"selection": {"new": 2, "query": "nobody"}}, "nobody"),
        ({"predictions": {"file": "none.csv"}}, "predictions.file: there is no "),
        ({"predictions": {"file": "labels.csv", "missing": "some"}}, "predictions.missing: expected one of"),
        ({"labels": {"file": "labels.csv", "unannotated": "no"}}, "labels.unannotated: expected one of"),
        ({"labels": {"file": "strangers.csv"}}, "labels.file: "),
        ({"export": {"format": "paper", "file": "x"}}, "export.format: "),
        ({"export": {"format": "csv", "file": "none/x.csv"}}, "export.file: there is no "),
    ],
)
def test_a_file_with_a_mistake_is_refused_before_any_work(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], sentence: str
) -> None:
    (file.parent / "strangers.csv").write_text("filename,label\nstranger.png,cat\n")
    write(file, ROUND | change)
    assert sentence in run(capsys, workspace, file, code=1)["message"]
    dataset = workspace.dataset("animals")
    assert ([tag.name for tag in dataset.tags()], dataset.models.all(), dataset.labels.all()) == (
        ["initial-tag"],
        [],
        [],
    )
