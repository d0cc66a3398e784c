"""The loop in a shell: every command, on this machine and on a server."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.commands.main import main
from al_core.scorers import ScorerObjectDetection
from al_core.steps import predictions as step
from al_core.store import Workspace
from tests.commands.conftest import Shell

NAMES = [f"{row}.png" for row in range(6)]
PREDICTIONS = "filename,cat,dog\n" + "".join(
    f"{name},{0.5 + row / 20},{0.5 - row / 20}\n" for row, name in enumerate(NAMES)
)


@pytest.fixture
def animals(shell: Shell) -> Shell:
    """A shell in which there is a dataset with predictions."""
    shell("create", "-", "--dataset", "animals", stdin="\n".join(NAMES))
    shell("predictions", "add", "-", "--dataset", "animals", "--name", "first", stdin=PREDICTIONS)
    return shell


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


def test_minimum_distances_are_listed_with_what_they_keep(shell: Shell, workspace: Workspace) -> None:
    # A corner, and 0.6, 1 and 2 of a turn away from it; distances between rows of length 1.
    embeddings = np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]])
    workflow.create_dataset(workspace, "corners", ["a.png", "b.png", "c.png", "d.png"], embeddings)
    answer = shell("spacing", "--dataset", "corners")
    assert (answer["samples"], answer["complete"]) == (4, True)
    kept = {step["kept"]: (step["min_distance"], set(step["pair"])) for step in answer["steps"]}
    assert kept[2] == (2.0, {"a.png", "d.png"})
    assert kept[3] == (1.4142, {"c.png", "a.png"})
    assert kept[4] == (0.6324, {"b.png", "a.png"})


def test_a_minimum_distance_is_listed_once_however_many_copies_are_at_it(shell: Shell, workspace: Workspace) -> None:
    embeddings = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    workflow.create_dataset(workspace, "copies", [f"{row}.png" for row in range(5)], embeddings)
    steps = shell("spacing", "--dataset", "copies")["steps"]
    assert [(step["min_distance"], step["kept"]) for step in steps] == [(1.4142, 2), (0.0, 5)]


def test_one_image_has_no_distance(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    workflow.create_dataset(workspace, "one", ["a.png"], np.array([[1.0, 0.0]]))
    assert main(["spacing", "--dataset", "one", "--workspace", str(workspace.home)]) == 0
    assert capsys.readouterr().out == "There are no two images to compare.\n"


def test_minimum_distances_need_embeddings(animals: Shell) -> None:
    assert "has no embedding to measure distances in" in animals("spacing", "--dataset", "animals", code=1)["message"]


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


def test_the_same_selection_of_two_at_once_is_made_once(animals: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    select_alone = workflow.run_selection

    def select_after_another(*arguments: Any, **options: Any) -> Any:
        select_alone(*arguments, **options)
        return select_alone(*arguments, **options)

    monkeypatch.setattr(workflow, "run_selection", select_after_another)
    select = ("select", "--dataset", "animals", "--name", "round 1", "--new", "2", "--method", "active_learning")
    second = animals(*select)
    assert (len(second["added"]), second["changed"]) == (2, False)


def test_of_two_that_store_the_same_predictions_at_once_one_has_stored_them(
    animals: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_alone = step.store_model

    def store_after_another(*arguments: Any, **options: Any) -> Any:
        assert store_alone(*arguments, **options).is_new
        return store_alone(*arguments, **options)

    monkeypatch.setattr(step, "store_model", store_after_another)
    add = ("predictions", "add", "-", "--dataset", "animals", "--name")
    assert not animals(*add, "second", stdin=PREDICTIONS.replace("0.5,0.5", "0.9,0.1"))["changed"]
    assert not animals(*add, "losses", stdin="filename,loss\n0.png,0.25\n")["changed"]
    assert animals("datasets")[0]["models"] == ["losses", "second", "first"]


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


SCORES_OF_BOXES = [score.name for score in ScorerObjectDetection.scores]


def test_boxes_count_from_a_confidence_on(shell: Shell) -> None:
    shell("create", "-", "--dataset", "animals", stdin="0.png\n1.png\n")
    boxes = json.dumps(
        [{"image_id": f"{k % 2}.png", "category_id": 1, "bbox": [0, 0, 4, 4], "score": k / 10} for k in range(1, 5)]
    )
    command = ("predictions", "add", "-", "--dataset", "animals", "--confidence-threshold")
    assert shell(*command, "0.4", stdin=boxes)["report"]["confidence_threshold"] == 0.4
    assert not shell(*command, "0.9", stdin=boxes, code=1)["report"]["usable"]
    change = ("predictions", "threshold", "predictions", "--dataset", "animals", "--confidence-threshold")
    assert shell(*change, "0.2", "--dry-run")["changed"]
    assert shell(*change, "0.2") == {"model": "predictions", "scores": SCORES_OF_BOXES, "changed": True}
    assert not shell(*change, "0.2")["changed"]
    # The same file with another threshold scores the same model anew.
    assert shell(*command, "0.4", stdin=boxes)["changed"]
    assert not shell(*command, "0.4", stdin=boxes)["changed"]
    assert shell("datasets")[0]["models"] == ["predictions"]
    assert "no box is as confident" in shell(*change, "0.9", code=1)["message"]


def test_probabilities_that_stay_in_place_have_the_scores_of_those_that_are_stored(
    animals: Shell, tmp_path: Path
) -> None:
    np.save(tmp_path / "p.npy", [[0.5 + row / 20, 0.5 - row / 20] for row in range(6)])
    add = ("predictions", "add", str(tmp_path / "p.npy"), "--dataset", "animals")
    stored = animals(*add, "--name", "stored")
    assert not animals(*add, "--in-place", "--dry-run")["changed"]
    placed = animals(*add, "--in-place", "--name", "placed")
    assert (placed["scores"], placed["changed"]) == (stored["scores"], True)
    assert not animals(*add, "--in-place", "--name", "placed")["changed"]
    assert animals("datasets")[0]["models"] == ["placed", "stored", "first"]
    refused = animals(*add, "--in-place", "--class-names", "x.txt", code=1)
    assert "--class-names says nothing of an array of class probabilities that stays where it is" in refused["message"]
    refused = animals(*add, "--cluster", "tcp://there:1", code=1)
    assert "workers score class probabilities where they are: give their address, or --in-place" in refused["message"]
    refused = animals("predictions", "add", "s3://me:secret@bucket/p.npy", "--dataset", "animals", code=1)
    assert "an address holds neither user, password nor options" in refused["message"]
