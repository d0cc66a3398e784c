"""Metadata from files in a shell, on this machine and on a server."""

import json
from pathlib import Path

import pytest

from al_core.commands.main import main
from al_core.store import Kind, Workspace
from tests.commands.conftest import NAMES, Shell

METADATA = "filename,patient,age\n" + "".join(f"{name},{'ab'[row % 2]},{20 + row}\n" for row, name in enumerate(NAMES))


def test_metadata_is_stored_once(images: Shell, workspace: Workspace) -> None:
    add = ("metadata", "add", "-", "--dataset", "animals")
    assert not images(*add, "--dry-run", stdin=METADATA)["changed"]
    first = images(*add, stdin=METADATA)
    assert (first["columns"], first["stored"], first["changed"]) == (["age", "patient"], ["age", "patient"], True)
    arrays = workspace.dataset("animals").arrays
    before = [stored.id for kind in (Kind.METADATA, Kind.CATEGORY) for stored in arrays.all(kind)]
    again = images(*add, stdin=METADATA)
    assert (again["columns"], again["stored"], again["changed"]) == (["age", "patient"], [], False)
    assert [stored.id for kind in (Kind.METADATA, Kind.CATEGORY) for stored in arrays.all(kind)] == before


def test_only_what_differs_counts_as_stored(images: Shell, workspace: Workspace) -> None:
    add = ("metadata", "add", "-", "--dataset", "animals")
    images(*add, stdin=METADATA)
    assert images(*add, stdin=METADATA.replace(",20\n", ",21\n"))["stored"] == ["age"]
    # The same positions among other names are other texts.
    assert images(*add, stdin=METADATA.replace(",b,", ",c,"))["stored"] == ["age", "patient"]
    # Texts where there were numbers.
    assert images(*add, stdin="filename,age\n0.png,old\n")["stored"] == ["age"]
    arrays = workspace.dataset("animals").arrays
    assert [column.name for column in arrays.all(Kind.CATEGORY)] == ["patient", "age"]


def test_a_selection_is_limited_by_metadata_that_a_shell_brought(images: Shell, tmp_path: Path) -> None:
    images("metadata", "add", "-", "--dataset", "animals", stdin=METADATA)
    settings = tmp_path / "selection.json"
    limit = {"kind": "at-most", "k": 1, "per": {"kind": "column", "name": "patient"}}
    settings.write_text(json.dumps({"method": "RANDOM", "new": 2, "limits": [limit]}))
    picked = images("select", "--dataset", "animals", "--name", "round 1", "--config", str(settings))["added"]
    assert sorted(NAMES.index(name) % 2 for name in picked) == [0, 1]


def test_metadata_of_other_images_is_refused(images: Shell) -> None:
    refused = images("metadata", "add", "-", "--dataset", "animals", stdin="filename,age\nx.png,3\n", code=1)
    assert (refused["changed"], refused["report"]["usable"]) == (False, False)
    error = images("metadata", "add", "-", "--dataset", "animals", stdin="filename\n0.png\n", code=1)
    assert error["error"] == "FileFormatError"
    assert "no column of numbers or texts" in error["message"]


def test_answers_are_sentences(workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    workspace.create_dataset("animals", NAMES)
    file = tmp_path / "patients.csv"
    file.write_text(METADATA)
    add = ["metadata", "add", str(file), "--dataset", "animals", "--workspace", str(workspace.home)]
    assert main(add) == 0
    assert capsys.readouterr().out.endswith("2 columns of metadata: age, patient; stored age, patient.\n")
    assert main(add) == 0
    assert capsys.readouterr().out.endswith("2 columns of metadata: age, patient; nothing was stored.\n")
