import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.commands.main import main
from al_core.config import SelectionConfig
from al_core.store import Dataset, TagRole, Workspace
from tests.api.conftest import api_server

CSV = "filename,label,annotator\na.png,cat,1\na.png,dog,2\nb.png,dog,1\nx.png,cat,1\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "week 29.csv"
    path.write_text(CSV)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    status = main(["labels", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_labels_are_added_once_and_listed(
    workspace: Workspace, dataset: Dataset, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--dataset", "line", "--workspace", workspace.home]
    status, printed = run(capsys, "add", file, "--name", "week 29", "--round", "round 1", *place)
    assert status == 0
    assert printed.splitlines()[0] == "2 of 6 samples have labels in week 29.csv."
    assert printed.splitlines()[-1] == "Stored as 'week 29'."
    status, printed = run(capsys, "add", file, "--json", *place)
    answer: dict[str, Any] = json.loads(printed)
    assert (answer["labels"]["name"], answer["labels"]["round"]) == ("week 29", "round 1")
    assert answer["changed"] is False
    again = run(capsys, "add", file, "--name", "week 30", *place)[1]
    assert again.splitlines()[-1] == "The same labels are stored as 'week 29' already; nothing has changed."
    status, refused = run(capsys, "add", file, "--round", "round 2", "--json", *place)
    assert (status, json.loads(refused)["error"]) == (1, "AlreadyExistsError")
    assert (answer["matched"], answer["unknown"], answer["disagreeing"]) == (2, ["x.png"], ["a.png"])
    assert run(capsys, "list", *place)[1] == "week 29: classification, 2 samples, 3 annotations\n"
    assert json.loads(run(capsys, "list", "--json", *place)[1])[0]["classes"] == ["cat", "dog"]
    assert dataset.tag("week 29").rows.tolist() == [0, 1]
    file.with_name("one.csv").write_text("filename,label\na.png,cat\n")
    assert run(capsys, "add", file.with_name("one.csv"), "--name", "one", *place)[0] == 0
    assert run(capsys, "list", *place)[1].startswith("one: classification, 1 sample, 1 annotation\n")


def test_a_dry_run_stores_nothing(
    workspace: Workspace, dataset: Dataset, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed = run(capsys, "add", file, "--dry-run", "--dataset", "line", "--workspace", workspace.home)
    assert (status, "Stored" in printed) == (0, False)
    assert dataset.labels.all() == []


@pytest.mark.parametrize(
    ("options", "error"),
    [(["--round", "round 2"], "AlreadyExistsError"), (["--name", "=x"], "InvalidInputError")],
)
def test_a_dry_run_refuses_what_the_real_run_refuses(
    workspace: Workspace,
    dataset: Dataset,
    file: Path,
    options: list[str],
    error: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = ["--json", "--dataset", "line", "--workspace", workspace.home]
    assert run(capsys, "add", file, "--round", "round 1", *place)[0] == 0
    for is_dry in ([], ["--dry-run"]):
        status, printed = run(capsys, "add", file, *options, *is_dry, *place)
        assert (status, json.loads(printed)["error"]) == (1, error)


def test_a_dry_run_says_that_the_labels_are_stored_already(
    workspace: Workspace, dataset: Dataset, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--dataset", "line", "--workspace", workspace.home]
    run(capsys, "add", file, "--name", "week 29", *place)
    printed = run(capsys, "add", file, "--dry-run", *place)[1]
    assert printed.splitlines()[-1] == "The same labels are stored as 'week 29' already; nothing has changed."


@pytest.mark.parametrize("is_remote", [False, True], ids=["here", "on a server"])
def test_of_two_that_add_the_same_labels_at_once_one_has_stored_them(
    workspace: Workspace,
    dataset: Dataset,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_remote: bool,
) -> None:
    store = workflow.store_labels
    place = ["--dataset", "line", "--workspace", workspace.home]

    def store_after_another(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(workflow, "store_labels", store)
        assert run(capsys, "add", file, "--name", "theirs", *place)[1].endswith("Stored as 'theirs'.\n")
        return store(*arguments, **options)

    with api_server(workspace) as address:
        monkeypatch.setattr(workflow, "store_labels", store_after_another)
        there = ["--dataset", "line", "--server", address, "--workspace", file.parent / "here"]
        printed = run(capsys, "add", file, "--name", "ours", *(there if is_remote else place))[1]
    assert printed.splitlines()[-1] == "The same labels are stored as 'theirs' already; nothing has changed."
    assert [labels.name for labels in dataset.labels.all()] == ["theirs"]


def test_what_cannot_be_used_ends_with_1_and_a_reason(
    workspace: Workspace, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--json", "--dataset", "line", "--workspace", workspace.home]
    (tmp_path / "other.csv").write_text("filename,label\nx.png,cat\n")
    status, printed = run(capsys, "add", tmp_path / "other.csv", *place)
    assert (status, json.loads(printed)["usable"], json.loads(printed)["labels"]) == (1, False, None)
    status, printed = run(capsys, "add", tmp_path / "none.csv", *place)
    assert (status, json.loads(printed)["error"]) == (1, "NotFoundError")
    assert dataset.labels.all() == []


def test_labels_go_to_a_server(
    workspace: Workspace, dataset: Dataset, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with api_server(workspace) as address:
        place = ["--dataset", "line", "--server", address, "--workspace", tmp_path / "here"]
        assert run(capsys, "add", file, "--name", "week 29", *place)[0] == 0
        assert run(capsys, "list", *place)[1].startswith("week 29: classification")
        assert run(capsys, "add", file, "--round", "round 2", "--dry-run", *place)[0] == 1
    assert [labels.name for labels in dataset.labels.all()] == ["week 29"]


def test_the_labels_to_train_on_leave_out_the_test_samples(
    workspace: Workspace, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    names = [f"{row}.png" for row in range(40)]
    dataset = workspace.create_dataset("animals", names)
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 10, name="round 1", seed=1, test_share=0.2))
    labels = tmp_path / "labels.csv"
    labels.write_text("filename,label\n" + "".join(f"{names[row]},cat\n" for row in selection.added_rows))
    place = ["--dataset", "animals", "--workspace", str(workspace.home)]
    assert main(["labels", "add", str(labels), *place]) == 0
    capsysbinary.readouterr()
    assert main(["labels", "export", "-", *place]) == 0
    picked = sorted(selection.picked_rows.tolist())
    assert capsysbinary.readouterr().out.decode().splitlines() == [
        "filename,label",
        *(f"{row}.png,cat" for row in picked),
    ]
    target = tmp_path / "training.csv"
    assert main(["labels", "export", str(target), "--dry-run", *place]) == 0
    assert not target.exists()
    changes = []
    for _ in range(2):
        capsysbinary.readouterr()
        assert main(["labels", "export", str(target), "--json", *place]) == 0
        answer = json.loads(capsysbinary.readouterr().out)
        assert (answer["images"], answer["bytes"]) == (8, target.stat().st_size)
        changes.append(answer["changed"])
    assert changes == [True, False]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-", "--json"], "cannot both go to standard output"),
        (["training.csv"], "has no labels to train on yet"),
    ],
)
def test_labels_to_train_on_are_refused_with_a_sentence(
    workspace: Workspace, dataset: Dataset, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["labels", "export", *arguments, "--dataset", "line", "--workspace", str(workspace.home)])
    assert status == 1
    assert sentence in capsys.readouterr().err


def test_labels_to_train_on_are_had_in_the_formats_of_their_task(
    workspace: Workspace, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("filename,label,xmin,ymin,xmax,ymax,width,height\na.png,cat,10,10,50,30,100,50\n")
    place = ["--dataset", "line", "--workspace", workspace.home]
    assert run(capsys, "add", boxes, "--name", "boxes", *place)[0] == 0
    for format in ("csv", "coco", "yolo", "voc"):
        status, printed = run(capsys, "export", tmp_path / f"training-{format}", "--format", format, *place)
        assert status == 0
        assert printed.endswith("the labels of 1 image, without those that test; written.\n")
    assert main(["labels", "export", str(tmp_path / "x"), "--format", "masks", *map(str, place)]) == 1
    assert "cannot be had as 'masks', but as csv, coco, yolo, voc" in capsys.readouterr().err


def test_the_answer_counts_the_labels_that_were_written(
    workspace: Workspace, dataset: Dataset, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset.set_tag_role(dataset.create_tag("labeled elsewhere", np.array([4, 5])), TagRole.LABELED)
    with api_server(workspace) as address:
        places: list[list[object]] = [["--workspace", workspace.home], ["--server", address]]
        for number, where in enumerate(places):
            place = ["--dataset", "line", *where]
            assert run(capsys, "add", file, *place)[0] == 0
            target = tmp_path / f"training-{number}.csv"
            status, printed = run(capsys, "export", target, *place)
            assert (status, len(target.read_text().splitlines()) - 1) == (0, 2)
            assert "the labels of 2 images, without those that test" in printed


def test_labels_are_read_from_standard_input(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CSV.encode())))
    assert main(["labels", "add", "-", "--dataset", "line", "--workspace", str(workspace.home), "--name", "piped"]) == 0
    assert dataset.tag("piped").rows.tolist() == [0, 1]
