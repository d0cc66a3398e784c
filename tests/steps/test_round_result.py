import numpy as np

from al_core import workflow
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import judged_rounds
from al_core.store import Workspace
from tests.steps import project


def test_of_models_trained_on_as_many_labels_the_last_one_counts(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, project.select(dataset, 1, 50).added_rows)
    project.upload(dataset, "one", np.arange(200))
    # Nothing of the second round is back: its model has learned from the same labels.
    project.select(dataset, 2, 50)
    project.upload(dataset, "two", np.arange(100))
    results = workflow.report_rounds(dataset, RoundPlan()).results
    assert [result.round.n_training for result in results] == [40, 40]
    assert [result.round.model.name for result in judged_rounds(results) if result.round.model] == ["two"]


def test_rounds_without_a_figure_are_left_out(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, project.select(dataset, 1, 50).added_rows)
    assert judged_rounds(workflow.report_rounds(dataset, RoundPlan()).results) == []
