"""The command that lists minimum distances, on this machine and on a server."""

import numpy as np
import pytest

from al_core import workflow
from al_core.commands.main import main
from al_core.store import Workspace
from tests.commands.conftest import Shell


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
