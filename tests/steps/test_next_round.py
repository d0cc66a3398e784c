import numpy as np
import pytest

from al_core import workflow
from al_core.config import Exclude, SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.store import Dataset, Workspace
from tests.steps import project


def test_the_next_round_is_as_large_as_the_last_and_follows_the_model(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    first = project.select(dataset, 1, 50)
    project.label(dataset, first.added_rows)
    cold = workflow.next_config(dataset)
    assert (str(cold.method), cold.n_samples, cold.test_share, cold.name, cold.seed) == (
        "CORESET",
        100,
        0.2,
        "round 2",
        None,
    )
    project.upload(dataset, "model 1", np.arange(20))
    config = workflow.next_config(dataset)
    assert str(config.method) == "CORAL"
    second = workflow.run_selection(dataset, config)
    assert (len(second.added_rows), len(second.test_rows)) == (50, 10)
    assert workflow.next_config(dataset, 20).n_samples == 70


def test_limits_stay_and_a_batch_of_tests_is_no_example(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    dataset.create_tag("bad", np.arange(10))
    limits = [Exclude(tag="bad")]
    config = SelectionConfig("RANDOM", 50, name="week 1", seed=1, test_share=0.2, limits=limits)
    selection = workflow.run_selection(dataset, config)
    project.label(dataset, selection.added_rows)
    tests = workflow.select_tests(dataset, 5, "test batch 1")
    project.label(dataset, tests.added_rows)
    following = workflow.next_config(dataset)
    assert (following.limits, following.n_samples, following.name) == (config.limits, 105, "week 2")


def test_without_a_round_there_is_nothing_to_go_on_from(dataset: Dataset) -> None:
    with pytest.raises(MissingInputError, match="no round to go on from"):
        workflow.next_config(dataset)


def test_no_more_than_what_is_left_is_asked_for(dataset: Dataset) -> None:
    selection = workflow.run_selection(dataset, SelectionConfig("RANDOM", 4, name="round 1", seed=1))
    workflow.mark_sent(dataset, selection.tag)
    assert workflow.next_config(dataset).n_samples == 6
    rest = workflow.run_selection(dataset, workflow.next_config(dataset))
    workflow.mark_sent(dataset, rest.tag)
    with pytest.raises(MissingInputError, match="nothing left to choose"):
        workflow.next_config(dataset)
