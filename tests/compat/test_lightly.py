"""Lightly's own clients, unchanged, against our server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from al_core.store import Workspace
from tests.api.conftest import api_server
from tests.compat.install import client_folder, install

HERE = Path(__file__).parent


def run_tutorial(script: str, version: str, workspace: Workspace, folder: Path) -> dict[str, Any]:
    install(version)
    outcome = folder / "outcome.json"
    with api_server(workspace) as address:
        environment = os.environ | {"LIGHTLY_SERVER_LOCATION": address, "PYTHONPATH": str(client_folder(version))}
        command = [sys.executable, "-W", "ignore", str(HERE / "client" / script), str(folder), str(outcome)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(outcome.read_text())
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("tutorial")
    with Workspace(folder / "workspace") as workspace:
        return run_tutorial("tutorial_1_2.py", "1.2.25", workspace, folder)


def test_the_rounds_of_the_tutorial_select_what_they_were_asked_for(seen: dict[str, Any]) -> None:
    assert len(seen["filenames"]) == 12
    assert len(seen["first"]) == 4
    assert len(seen["second"]) == 7
    assert len(seen["added"]) == 3
    assert set(seen["second"]) == set(seen["first"]) | set(seen["added"])
    assert set(seen["unlabeled"]) == set(seen["filenames"]) - set(seen["second"])
    assert seen["tags"] == ["iteration-2", "iteration-1", "initial-selection", "initial-tag"]


def test_the_parent_of_a_selection_is_the_tag_it_started_from(seen: dict[str, Any]) -> None:
    assert seen["without_parent"] == seen["added"]


def test_a_tag_is_exported_in_every_format_and_in_server_order(seen: dict[str, Any]) -> None:
    three = {"right/image_00.png", "left/image_01.png", "right/image_02.png"}
    assert seen["three"] == [name for name in seen["filenames"] if name in three]
    assert seen["exported"] == seen["label_studio"] == seen["labelbox"] == seen["three"]


def test_uploaded_images_come_back_byte_for_byte_and_through_the_download(seen: dict[str, Any]) -> None:
    assert seen["same_bytes"]
    assert seen["downloaded"] == ["image_00.png", "image_01.png", "image_02.png"]


def test_metadata_stays_with_its_sample(seen: dict[str, Any]) -> None:
    assert seen["temperatures"] == {name: int(name[-6:-4]) / 2 for name in seen["filenames"]}
    assert seen["configured"] == ["weather.temperature"]
    assert all(sharpness is not None for sharpness in seen["sharpness"])


def test_samples_sent_later_come_at_the_end_and_into_every_tag(seen: dict[str, Any]) -> None:
    assert seen["grown"] == [*seen["filenames"], "later.png"]
    assert seen["sizes"] == [13]
    assert seen["after_growing"] == 10


def test_the_clean_up_of_the_tutorial_leaves_the_initial_tag(seen: dict[str, Any]) -> None:
    assert seen["refusals"] == ["TAG_UNDELETABLE_IS_INITIAL", "TAG_UNDELETABLE_NOT_A_LEAF"]
    assert seen["left"] == ["initial-tag"]
    assert seen["datasets"] == 0


def test_an_older_client_works_too(workspace: Workspace, tmp_path: Path) -> None:
    older = run_tutorial("tutorial_1_1.py", "1.1.10", workspace, tmp_path)
    assert sorted(older["filenames"]) == [f"image_{number:02d}.png" for number in range(8)]
    assert len(older["first"]) == 3
    assert set(older["second"]) == set(older["first"]) | set(older["added"])
    assert workspace.dataset("older").tag("second").size == 5
