"""The command that selects, on this machine and on a server."""

import json
from pathlib import Path
from typing import Any

import pytest

from al_core import workflow
from al_core.commands.main import main
from al_core.store import Workspace
from tests.commands.conftest import NAMES, PREDICTIONS, Shell


def test_a_round_goes_on_as_the_last_one_did(animals: Shell) -> None:
    first = animals(
        "select",
        "--dataset",
        "animals",
        "--name",
        "round 1",
        "--new",
        "2",
        "--method",
        "active_learning",
        "--seed",
        "3",
    )
    animals("tag", "done", "-", "--dataset", "animals", "--labeled", stdin="\n".join(first["added"]))
    go_on = ("select", "--dataset", "animals", "--name", "round 2", "--continue")
    plan = animals(*go_on, "--dry-run")["config"]
    assert (plan["method"], plan["n_samples"]) == ("ACTIVE_LEARNING", 4)
    second = animals(*go_on)
    assert len(second["added"]) == 2
    assert not set(second["added"]) & set(first["added"])
    assert animals(*go_on) == second | {"changed": False}
    assert "was made in another way" in animals(*go_on, "--new", "1", code=1)["message"]
    third = animals("select", "--dataset", "animals", "--name", "round 3", "--continue", "--new", "1")
    assert len(third["added"]) == 1


def test_a_round_goes_on_from_the_labeled_tag_that_is_named_with_as_many_images(animals: Shell) -> None:
    select = ("select", "--dataset", "animals", "--method", "active_learning")
    first = animals(*select, "--name", "round 1", "--new", "2")
    animals("tag", "done", "-", "--dataset", "animals", "--labeled", stdin="\n".join(first["added"]))
    animals("tag", "one", "-", "--dataset", "animals", stdin=first["added"][0])
    # One of two labeled images is named, so that the total is 3 and not 4.
    second = ("select", "--dataset", "animals", "--name", "round 2", "--continue", "--labeled", "one")
    assert animals(*second, "--dry-run")["config"]["n_samples"] == 3
    assert len(animals(*second)["added"]) == 2
    assert not animals(*second)["changed"]


def test_without_a_round_there_is_nothing_to_continue(animals: Shell) -> None:
    error = animals("select", "--dataset", "animals", "--name", "round 1", "--continue", code=1)
    assert "has no round to go on from; run a first selection" in error["message"]


def test_the_same_selection_of_two_at_once_is_made_once(animals: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    select_alone = workflow.run_selection

    def select_after_another(*arguments: Any, **options: Any) -> Any:
        select_alone(*arguments, **options)
        return select_alone(*arguments, **options)

    monkeypatch.setattr(workflow, "run_selection", select_after_another)
    select = ("select", "--dataset", "animals", "--name", "round 1", "--new", "2", "--method", "active_learning")
    second = animals(*select)
    assert (len(second["added"]), second["changed"]) == (2, False)


def test_a_selection_whose_predictions_changed_is_not_taken_for_the_same(animals: Shell) -> None:
    select = ("select", "--dataset", "animals", "--name", "round 1", "--new", "2", "--method", "active_learning")
    animals(*select)
    animals(
        "predictions",
        "add",
        "-",
        "--dataset",
        "animals",
        "--name",
        "second",
        stdin=PREDICTIONS.replace("0.5,0.5", "0.9,0.1"),
    )
    assert "has changed; choose another name" in animals(*select, code=1)["message"]


def test_settings_from_a_file_are_replaced_by_options(animals: Shell, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    limit = {"kind": "quota", "by": {"kind": "pattern", "text": "{}.png"}, "ranges": {"1": [0, 0]}}
    file.write_text(json.dumps({"method": "RANDOM", "budget": {"total": 2}, "limits": [limit]}))
    select = ("select", "--dataset", "animals", "--config", str(file), "--method", "active_learning")
    assert animals(*select, "--name", "round 1")["added"] == ["0.png", "2.png"]
    assert not animals(*select, "--name", "round 1")["changed"]
    file.write_text('{"limit": []}')
    assert "settings.json.limit: there is no such key" in animals(*select, "--name", "round 2", code=1)["message"]


@pytest.mark.parametrize(
    ("options", "n_most"),
    [
        (["--new", "7", "--method", "RANDOM"], 6),
        (["--new", "2", "--method", "ACTIVE_LEARNING", "--test-share", "0.5"], 2),
    ],
)
def test_a_dry_run_says_how_many_images_there_are_to_select(
    animals: Shell, workspace: Workspace, options: list[str], n_most: int, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--workspace", str(workspace.home)]
    assert main(["select", "--dataset", "animals", "--name", "round 1", *options, "--dry-run", *place]) == 0
    assert capsys.readouterr().out.startswith(f"At most {n_most} images would be selected")


@pytest.mark.parametrize("dataset", ["without predictions", "all labeled"])
def test_a_dry_run_refuses_what_the_run_would_refuse(shell: Shell, dataset: str) -> None:
    shell("create", "-", "--dataset", dataset, stdin="\n".join(NAMES))
    method = "CORAL"
    if dataset == "all labeled":
        method = "RANDOM"
        shell("tag", "done", "-", "--labeled", "--dataset", dataset, stdin="\n".join(NAMES))
    select = ("select", "--dataset", dataset, "--name", "round 1", "--new", "1", "--method", method)
    refused = [shell(*select, *options, code=1)["error"] for options in (["--dry-run"], [])]
    assert refused[0] == refused[1]
