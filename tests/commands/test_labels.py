import json
from pathlib import Path
from typing import Any

import pytest

from al_core.commands.main import main
from al_core.store import Dataset, Workspace
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
    assert (answer["matched"], answer["unknown"], answer["disagreeing"]) == (2, ["x.png"], ["a.png"])
    assert run(capsys, "list", *place)[1] == "week 29: classification, 2 samples, 3 annotations\n"
    assert json.loads(run(capsys, "list", "--json", *place)[1])[0]["classes"] == ["cat", "dog"]
    assert dataset.tag("week 29").rows.tolist() == [0, 1]


def test_a_dry_run_stores_nothing(
    workspace: Workspace, dataset: Dataset, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed = run(capsys, "add", file, "--dry-run", "--dataset", "line", "--workspace", workspace.home)
    assert (status, "Stored" in printed) == (0, False)
    assert dataset.labels.all() == []


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
    assert [labels.name for labels in dataset.labels.all()] == ["week 29"]
