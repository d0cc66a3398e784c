import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.formats import Predictions
from al_core.steps.loop import Progress, Stage, read_loop
from al_core.store import Dataset, TagRole, Workspace
from tests.conftest import FILENAMES


def states(dataset: Dataset) -> dict[Stage, Progress]:
    return {step.stage: step.progress for step in read_loop(dataset).steps}


def note(dataset: Dataset, stage: Stage) -> str:
    return next(step.note for step in read_loop(dataset).steps if step.stage is stage)


def upload_model(dataset: Dataset, name: str) -> None:
    predictions = Predictions(FILENAMES, ["cat", "dog"], np.tile(np.array([0.9, 0.1], np.float32), (6, 1)))
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name=name)


def test_an_empty_dataset_waits_for_data(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("empty")
    assert read_loop(dataset).current is Stage.DATA
    assert set(states(dataset).values()) == {Progress.CURRENT, Progress.WAITING}


def test_the_first_selection_needs_no_predictions(workspace: Workspace) -> None:
    dataset = workflow.create_dataset(workspace, "bare", ["a.png", "b.png"], np.eye(2))
    assert list(states(dataset).values()) == ["done", "waiting", "current", "waiting", "waiting"]
    assert note(dataset, Stage.PREDICTIONS) == "None yet: the first images do without"


def test_the_loop_goes_from_a_selection_over_its_labels_to_the_model_and_begins_again(workspace: Workspace) -> None:
    dataset = workflow.create_dataset(workspace, "loop", FILENAMES, np.eye(6))
    upload_model(dataset, "first")
    assert list(states(dataset).values()) == ["done", "done", "current", "waiting", "waiting"]
    tag = workflow.run_selection(dataset, SelectionConfig("RANDOM", 3, name="round 1", seed=1)).tag
    assert list(states(dataset).values()) == ["done", "done", "done", "current", "waiting"]
    workflow.mark_sent(dataset, tag)
    assert read_loop(dataset).current is Stage.LABEL
    assert note(dataset, Stage.LABEL) == "0 of 3 labels are back"
    dataset.set_tag_role(tag, TagRole.LABELED)
    assert list(states(dataset).values()) == ["done", "done", "done", "done", "current"]
    upload_model(dataset, "second")
    assert read_loop(dataset).current is Stage.SELECT


def test_a_selection_that_was_taken_back_leads_to_the_next_one(workspace: Workspace) -> None:
    dataset = workflow.create_dataset(workspace, "loop", FILENAMES, np.eye(6))
    tag = workflow.run_selection(dataset, SelectionConfig("RANDOM", 3, name="round 1", seed=1)).tag
    workflow.mark_sent(dataset, tag)
    workflow.release(dataset, dataset.tag("round 1"))
    assert read_loop(dataset).current is Stage.SELECT


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_says_what_there_is(workspace: Workspace, stage: Stage) -> None:
    assert note(workspace.create_dataset("empty"), stage)
