"""The loop in a shell: every command, on this machine and on a server."""

import json
import zipfile
from pathlib import Path
from typing import Any

from al_core.commands.main import main
from al_core.store import Workspace
from tests.commands.conftest import NAMES, PREDICTIONS, Shell


def test_the_loop_from_filenames_to_a_file_for_labelers(shell: Shell, tmp_path: Path) -> None:
    created = shell("create", "-", "--dataset", "animals", stdin="\n".join(NAMES))
    assert created == {"dataset": "animals", "samples": 6, "changed": True}
    added = shell("predictions", "add", "-", "--dataset", "animals", "--name", "first", stdin=PREDICTIONS)
    assert added["changed"]
    assert "uncertainty_margin" in added["scores"]
    tagged = shell("tag", "done", "-", "--dataset", "animals", "--labeled", stdin="0.png\nelsewhere.png\n")
    assert (tagged["samples"], tagged["unknown"]) == (1, 1)
    selected = shell("select", "--dataset", "animals", "--name", "round 1", "--new", "2", "--method", "active_learning")
    assert (selected["added"], selected["total"]) == (["1.png", "2.png"], 3)
    target = tmp_path / "round-1.zip"
    exported = shell("export", "--dataset", "animals", "round 1", "label-studio", str(target), "--added-only")
    assert exported["changed"]
    with zipfile.ZipFile(target) as archive:
        tasks = json.loads(archive.read("tasks-001.json"))
    assert [task["data"]["filename"] for task in tasks] == ["1.png", "2.png"]
    [dataset] = shell("datasets")
    assert (dataset["name"], dataset["samples"], dataset["models"]) == ("animals", 6, ["first"])
    assert dataset["tags"] == ["round 1", "done", "initial-tag"]


def test_the_same_command_once_more_changes_nothing(animals: Shell, tmp_path: Path) -> None:
    select = ("select", "--dataset", "animals", "--name", "round 1", "--new", "2", "--method", "active_learning")
    first = animals(*select)
    again = animals(*select)
    assert again == first | {"changed": False}
    assert len(first["manifest"]) == 64
    assert not animals("create", "-", "--dataset", "animals", stdin="\n".join(NAMES))["changed"]
    assert not animals("predictions", "add", "-", "--dataset", "animals", "--name", "first", stdin=PREDICTIONS)[
        "changed"
    ]
    assert animals("tag", "some", "-", "--dataset", "animals", stdin="1.png\n")["changed"]
    assert not animals("tag", "some", "-", "--dataset", "animals", stdin="1.png\n")["changed"]
    export = ("export", "--dataset", "animals", "round 1", "csv", str(tmp_path / "round.csv"))
    assert [animals(*export)["changed"] for _ in range(2)] == [True, False]


def test_a_selection_exported_as_sent_is_not_selected_again(animals: Shell, tmp_path: Path) -> None:
    select = ("select", "--dataset", "animals", "--new", "2", "--method", "active_learning")
    first = animals(*select, "--name", "round 1")["added"]
    export = ("export", "--dataset", "animals", "round 1", "txt")
    animals(*export, str(tmp_path / "missing" / "round.txt"), "--added-only", "--sent", code=1)
    animals(*export, str(tmp_path / "round.txt"), "--added-only")
    assert animals(*select, "--name", "draft")["added"] == first
    animals(*export, str(tmp_path / "round.txt"), "--added-only", "--sent")
    second = animals(*select, "--name", "round 2")
    assert not set(second["added"]) & set(first)
    assert second["total"] == 4
    assert not animals(*export, str(tmp_path / "round.txt"), "--added-only", "--sent")["changed"]


def test_what_would_change_something_else_is_refused(animals: Shell, tmp_path: Path) -> None:
    select = ("select", "--dataset", "animals", "--name", "round 1", "--method", "active_learning")
    animals(*select, "--new", "2")
    animals("tag", "some", "-", "--dataset", "animals", stdin="1.png\n")
    path = tmp_path / "round.csv"
    path.write_text("mine")
    refusals = [
        animals("create", "-", "--dataset", "animals", stdin="other.png", code=1),
        animals("tag", "some", "-", "--dataset", "animals", stdin="2.png\n", code=1),
        animals(*select, "--new", "3", code=1),
        animals("export", "--dataset", "animals", "round 1", "csv", str(path), code=1),
    ]
    assert [refusal["error"] for refusal in refusals] == ["AlreadyExistsError"] * 4
    assert "was made in another way" in refusals[2]["message"]
    assert path.read_text() == "mine"
    assert animals("export", "--dataset", "animals", "round 1", "csv", str(path), "--force")["changed"]


def test_a_dry_run_checks_everything_and_stores_nothing(animals: Shell, tmp_path: Path) -> None:
    before = animals("datasets")
    assert not animals("create", "-", "--dataset", "plants", "--dry-run", stdin="a.png\n")["changed"]
    assert not animals("tag", "some", "-", "--dataset", "animals", "--dry-run", stdin="1.png\n")["changed"]
    dry = animals(
        "predictions", "add", "-", "--dataset", "animals", "--dry-run", stdin="filename,cat,dog\n0.png,0.75,0.25\n"
    )
    assert (dry["scores"], dry["changed"], dry["report"]["usable"]) == ([], False, True)
    select = ("select", "--dataset", "animals", "--name", "round 1", "--method", "ACTIVE_LEARNING", "--dry-run")
    assert animals(*select)["config"]["method"] == "ACTIVE_LEARNING"
    target = tmp_path / "all.csv"
    assert not animals("export", "--dataset", "animals", "initial-tag", "csv", str(target), "--dry-run")["changed"]
    assert not target.exists()
    assert animals("datasets") == before


def test_a_file_that_is_not_usable_is_reported_and_ends_with_1(animals: Shell) -> None:
    answer = animals(
        "predictions", "add", "-", "--dataset", "animals", stdin="filename,cat,dog\nnobody.png,0.75,0.25\n", code=1
    )
    assert (answer["report"]["usable"], answer["changed"]) == (False, False)
    error = animals("select", "--dataset", "nowhere", "--name", "x1", code=1)
    assert (error["error"], "no dataset 'nowhere'" in error["message"]) == ("NotFoundError", True)
    missing = animals("export", "--dataset", "animals", "initial-tag", "coco", "out.json", code=1)
    assert "needs boxes, keypoints or masks" in missing["message"]


def test_classes_are_given_one_by_one_or_as_a_file(shell: Shell, tmp_path: Path) -> None:
    shell("create", "-", "--dataset", "plants", stdin="a.png\n")
    (tmp_path / "classes.txt").write_text("oak\nelm\n")
    target = tmp_path / "plants.zip"
    options = ("--class", "ash", "--class-names", str(tmp_path / "classes.txt"), "--image-prefix", "s3://b/")
    shell("export", "--dataset", "plants", "initial-tag", "label-studio", str(target), *options)
    with zipfile.ZipFile(target) as archive:
        config = archive.read("labeling-config.xml").decode()
    assert [config.index(name) for name in ("ash", "oak", "elm")] == sorted(map(config.index, ("ash", "oak", "elm")))


def test_a_file_and_filenames_go_to_standard_output(workspace: Workspace, capsysbinary: Any) -> None:
    workspace.create_dataset("animals", NAMES)
    place = ["--workspace", str(workspace.home)]
    assert main(["export", "--dataset", "animals", "initial-tag", "txt", "-", *place]) == 0
    assert capsysbinary.readouterr().out.decode().split() == NAMES
    assert main(["select", "--dataset", "animals", "--name", "r1", "--new", "3", "--method", "RANDOM", *place]) == 0
    assert len(capsysbinary.readouterr().out.decode().split()) == 3
    assert main(["datasets", *place]) == 0
    assert b"animals: 6 samples, 2 tags, 0 models" in capsysbinary.readouterr().out
