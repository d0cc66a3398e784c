"""What the last labels have bought, and all since the model that a project began with."""

import numpy as np
import pytest

from al_core import workflow
from al_core.api.schemas.rounds import RoundsReportData
from al_core.config import SelectionConfig
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.round_plan import RoundPlan
from al_core.store import LocalDataset, Workspace
from tests.steps import project as classes
from tests.steps.judges import objects_project as project
from tests.steps.judges.test_objects import boxes

PLAN = RoundPlan(0.9)


def upload(dataset: LocalDataset, name: str, n_dogs: int) -> None:
    """Store a detector that finds every cat, and the dogs of the first images."""
    outputs = [boxes("cat", "dog") if row < n_dogs else boxes("cat") for row in range(project.N_SAMPLES)]
    predictions = Predictions(project.NAMES, project.CLASSES, outputs, DETECTION)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def go_on(dataset: LocalDataset, number: int) -> None:
    """Select 60 images, 20 of them for testing, and bring their labels back."""
    config = SelectionConfig("RANDOM", 60 * number, name=f"round {number}", seed=number, test_share=1 / 3)
    selection = workflow.run_selection(dataset, config)
    project.label(dataset, "object-detection", np.sort(selection.added_rows))


@pytest.fixture
def detector(workspace: Workspace) -> LocalDataset:
    """Two rounds of a detector that there was before the first one."""
    dataset = project.new_dataset(workspace)
    upload(dataset, "from the web", n_dogs=0)
    go_on(dataset, 1)
    upload(dataset, "model 1", n_dogs=200)
    go_on(dataset, 2)
    upload(dataset, "model 2", n_dogs=300)
    return dataset


def test_a_detectors_gains_are_the_differences_of_its_map(detector: LocalDataset) -> None:
    report = workflow.report_rounds(detector, PLAN)
    first, second = (result.accuracy for result in report.results)
    assert first.speaks
    assert second.speaks
    last = report.forecast.last_gain
    assert last.speaks
    assert last.value == pytest.approx(second.value - first.value)
    assert last.low < last.value < last.high
    assert last.n == 40
    assert report.baseline
    assert report.baseline.model.name == "from the web"
    assert report.baseline.accuracy.speaks
    # Every cat and no dog.
    assert report.baseline.accuracy.value == pytest.approx(0.5)
    assert report.baseline.gain.speaks
    assert report.baseline.gain.value == pytest.approx(second.value - 0.5)
    assert report.baseline.gain.low > 0.1


def test_page_report_and_http_say_the_same(detector: LocalDataset) -> None:
    report = workflow.report_rounds(detector, PLAN)
    last = report.forecast.last_gain
    assert last.speaks
    said = report.gains_text()
    assert said.startswith(f"The last round: {100 * last.value:+.1f} points (")
    assert "from the same 40 test images. Since “from the web”: +" in said
    assert said in workflow.report(detector, detector.tag("round 2"))
    sent = RoundsReportData.of(report, PLAN)
    assert (sent.last_gain.value, sent.last_gain.low, sent.last_gain.high) == (last.value, last.low, last.high)
    assert sent.baseline
    assert (
        said == f"The last round: {sent.last_gain.text}. Since “{sent.baseline.model.name}”: {sent.baseline.gain.text}."
    )


def test_without_a_model_before_it_a_project_begins_with_that_of_the_first_round(workspace: Workspace) -> None:
    dataset = classes.begin(workspace)
    for number, n_wrong in ((1, 300), (2, 200), (3, 100)):
        classes.label(dataset, classes.select(dataset, number, 50).added_rows)
        classes.upload(dataset, f"model {number}", np.arange(n_wrong))
        report = workflow.report_rounds(dataset, PLAN)
        if number == 1:
            assert report.baseline is None
            assert report.gains_text() == ""
    assert report.baseline
    assert report.baseline.model.name == "model 1"
    first, second, third = (result.accuracy for result in report.results)
    assert first.speaks
    assert second.speaks
    assert third.speaks
    assert report.baseline.gain.speaks
    assert report.baseline.gain.value == pytest.approx(third.value - first.value)
    assert report.forecast.last_gain.speaks
    assert report.forecast.last_gain.value == pytest.approx(third.value - second.value)


def test_too_few_groups_refuse_a_gain_in_words(workspace: Workspace) -> None:
    dataset = project.new_dataset(workspace)
    go_on(dataset, 1)
    upload(dataset, "model 1", n_dogs=200)
    report = workflow.report_rounds(dataset, PLAN)
    # 20 test images are no figure, so there is nothing to compare.
    assert report.forecast.last_gain.text() == "no round has a model that was judged on test labels"
    assert report.baseline is None
