import numpy as np

from al_core import workflow
from al_core.evaluation import Refusal
from al_core.steps.replay import pool_makers
from al_core.store import Workspace
from tests.steps import project


def test_a_replay_needs_labels_and_says_how_many(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    found = workflow.replay(dataset)
    assert isinstance(found, Refusal)
    assert found.text() == "80 training labels; a replay needs 200"


def test_whoever_chose_the_labels_is_named(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, np.arange(400))
    assert pool_makers(dataset, selection.picked_rows) == ("RANDOM",)
    assert pool_makers(dataset, np.arange(400)) == ("others", "RANDOM")
