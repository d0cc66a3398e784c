import numpy as np

from al_core import workflow
from al_core.steps.round_plan import RoundPlan
from al_core.steps.round_result import NO_SHARE
from al_core.steps.round_results import learning_curve
from al_core.store import Workspace
from tests.steps import project

PLAN = RoundPlan(0.8, price_per_image=0.5, value_per_point=10)


def test_earlier_models_are_judged_on_later_test_labels_too(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    first = project.select(dataset, 1, 50)
    project.label(dataset, first.added_rows)
    reserve = workflow.test_reserve(dataset)
    assert reserve
    drawn = reserve.reserve.strata[0].drawn
    # Wrong on 4 of the first 10 test samples, and on 4 of the next 10.
    project.upload(dataset, "one", np.concatenate([drawn[:4], drawn[10:14]]))
    second = project.select(dataset, 2, 50)
    project.label(dataset, second.added_rows)
    project.upload(dataset, "two", drawn[8:12])
    report = workflow.report_rounds(dataset, PLAN)
    assert [result.round.name for result in report.results] == ["round 1", "round 2"]
    assert [result.round.n_training for result in report.results] == [40, 80]
    assert [result.accuracy.text() for result in report.results] == [
        "60.0% (37.9% to 79.4%), from 20 labels",
        "80.0% (58.4% to 93.3%), from 20 labels",
    ]
    assert [result.cost for result in report.results] == [25, 25]
    assert (report.n_tests, report.n_reserve, report.n_next) == (20, 20, 40)
    curve = learning_curve(report.results)
    assert curve
    assert (curve.n_labels.tolist(), curve.accuracies.tolist()) == ([40, 80], [0.6, 0.8])
    assert report.forecast.gain.text() == "2 rounds; a forecast needs 4"
    last_gain = report.forecast.last_gain
    assert last_gain.speaks
    assert round(last_gain.value, 3) == 0.2
    # 8 + 4 - 2 · 2 of the 400 samples of the population changed.
    assert report.advice.stability.figure == (
        "the last 40 labels changed 2.0% of predictions, so accuracy moved by at most 2.0 points"
    )
    assert not report.advice.is_target_reached
    assert report.claim.n_labels is None


def test_without_a_test_share_no_accuracy_is_shown(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 50, test_share=0.0)
    project.label(dataset, selection.added_rows)
    project.upload(dataset, "one", np.arange(4))
    report = workflow.report_rounds(dataset, RoundPlan())
    [result] = report.results
    assert (result.accuracy.text(), result.cost) == (NO_SHARE, None)
    assert report.advice.target.is_refused
    assert report.forecast.gain.text() == "no round has a model that was judged on test labels"


def test_a_round_without_a_model_says_what_is_missing(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    assert workflow.report_rounds(dataset, PLAN).results == ()
    project.select(dataset, 1, 50)
    [result] = workflow.report_rounds(dataset, PLAN).results
    assert result.accuracy.text() == "drop the predictions of a model trained after this round"
    assert result.cost == 25
