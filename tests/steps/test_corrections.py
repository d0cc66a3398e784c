"""How often a model was wrong on chosen images, and on the test images beside them, which nobody chose."""

import numpy as np
import pytest

from al_core import workflow
from al_core.api.schemas.rounds import RoundsReportData
from al_core.config import SelectionConfig
from al_core.evaluation import Corrections
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.round_plan import RoundPlan
from al_core.store import Dataset, LocalDataset, Workspace
from tests.steps import project as classes
from tests.steps.judges import objects_project as boxes
from tests.steps.judges.test_objects import boxes as found

PLAN = RoundPlan(0.9)


def corrections(dataset: Dataset) -> Corrections:
    return workflow.report_rounds(dataset, PLAN).corrections


def choose(dataset: LocalDataset, method: str = "CORESET") -> workflow.Selection:
    """Choose 60 images, 20 of them at random for testing."""
    return workflow.run_selection(dataset, SelectionConfig(method, 60, name="round 1", seed=1, test_share=1 / 3))


def test_a_model_is_wrong_on_chosen_images_more_often(workspace: Workspace) -> None:
    dataset = classes.begin(workspace)
    # The selection of 40 and 20 images does not depend on the model, so that it may be made for what is chosen.
    classes.upload(dataset, "before", np.empty(0, np.int64))
    selection = choose(dataset)
    workflow.delete_model(dataset, dataset.models.get("before"))
    assert not corrections(dataset).speaks
    rows = np.concatenate([selection.picked_rows[:30], selection.test_rows[:5]])
    tag = dataset.tag("round 1")
    dataset.delete_tag(tag)
    classes.upload(dataset, "model", rows)
    again = choose(dataset)
    assert np.array_equal(again.picked_rows, selection.picked_rows)
    classes.label(dataset, again.added_rows)
    counted = corrections(dataset)
    assert counted.chosen.speaks
    assert counted.random.speaks
    n_wrong = np.isin(again.test_rows, rows).sum()
    assert (counted.chosen.value, counted.chosen.n) == (0.75, 40)
    assert (counted.random.value, counted.random.n) == (n_wrong / 20, 20)
    assert counted.text().startswith("per 100 labels the model was wrong on 75 of the chosen and ")


def test_of_a_random_round_nothing_was_chosen(workspace: Workspace) -> None:
    dataset = classes.begin(workspace)
    classes.upload(dataset, "model", np.arange(50))
    classes.label(dataset, choose(dataset, "RANDOM").added_rows)
    assert corrections(dataset).text() == (
        "corrections cannot be compared: no chosen round is back that there was a model before, with test images"
    )


def test_an_image_of_a_detector_is_wrong_if_any_box_is(workspace: Workspace) -> None:
    dataset = boxes.new_dataset(workspace)
    # Right on every fourth image: on others a dog is missed, a cat is found twice, or nothing is found.
    kinds = [found("cat", "dog"), found("cat"), found("cat", "cat", "dog"), found()]
    outputs = [kinds[row % 4] for row in range(boxes.N_SAMPLES)]
    predictions = Predictions(boxes.NAMES, boxes.CLASSES, outputs, DETECTION)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name="model")
    selection = choose(dataset)
    boxes.label(dataset, "object-detection", np.sort(selection.added_rows))
    counted = corrections(dataset)
    assert counted.chosen.speaks
    assert counted.random.speaks
    assert counted.chosen.value == pytest.approx(np.mean(selection.picked_rows % 4 != 0))
    assert counted.random.value == pytest.approx(np.mean(selection.test_rows % 4 != 0))


def test_it_is_said_with_the_gains_and_over_http(workspace: Workspace) -> None:
    dataset = classes.begin(workspace)
    classes.upload(dataset, "model", np.arange(200))
    classes.label(dataset, choose(dataset).added_rows)
    report = workflow.report_rounds(dataset, PLAN)
    sent = RoundsReportData.of(report, PLAN).corrections
    assert f"Against RANDOM: {report.corrections.text()}." in report.gains_text()
    assert sent.text == report.corrections.text()
    assert sent.difference.value == pytest.approx((sent.chosen.value or 0) - (sent.random.value or 0))


def test_without_a_test_share_there_is_no_control(workspace: Workspace) -> None:
    dataset = classes.begin(workspace)
    classes.upload(dataset, "model", np.arange(50))
    config = SelectionConfig("CORESET", 40, name="round 1", seed=1)
    classes.label(dataset, workflow.run_selection(dataset, config).added_rows)
    assert "no test share was used" in corrections(dataset).text()
