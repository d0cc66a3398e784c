import numpy as np

from al_core import workflow
from al_core.formats import Predictions
from al_core.steps.judging import TestLabels, predicted_classes
from al_core.steps.labels import labels_for
from al_core.steps.reserve import read_reserve
from al_core.store import LocalDataset, Workspace
from tests.steps import project


def labels_of_reserve(dataset: LocalDataset) -> TestLabels:
    reserve = read_reserve(dataset)
    assert reserve
    return TestLabels.of(dataset, labels_for(dataset, "classification"), reserve)


def test_a_model_is_judged_on_the_labels_of_the_reserve_alone(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    tests = labels_of_reserve(dataset)
    assert tests.rows.tolist() == selection.test_rows.tolist()
    assert tests.class_names == [["cat", "dog"][row % 2] for row in selection.test_rows]
    assert len(tests.unlabeled) == 20
    # Wrong on 5 of the 20 test samples, and on everything that was picked.
    project.upload(dataset, "model", np.concatenate([selection.test_rows[:5], selection.picked_rows]))
    model = dataset.models.get("model")
    outcomes = tests.outcomes(dataset, model)
    assert outcomes.tolist() == [0] * 5 + [1] * 15
    # The interval of 15 of 20.
    assert tests.accuracy(dataset, model, outcomes).text() == "75.0% (53.0% to 90.2%), from 20 labels"


def test_a_model_without_predictions_for_test_samples_is_not_judged(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    names = dataset.filenames(selection.test_rows[:8])
    predictions = Predictions(names, ["cat", "dog"], np.full((8, 2), 0.5, np.float32))
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name="partial")
    model = dataset.models.get("partial")
    tests = labels_of_reserve(dataset)
    found = tests.accuracy(dataset, model, tests.outcomes(dataset, model))
    assert found.text() == "no prediction for 12 of 20 test images"
    classes = predicted_classes(dataset, model, selection.test_rows)
    assert classes is not None
    assert sorted(set(classes.tolist())) == ["", "cat"]


def test_a_model_that_has_seen_the_test_labels_is_not_judged(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    outputs = np.tile(np.array([0.6, 0.4], np.float32), (400, 1))
    outputs[selection.added_rows] = (0.999, 0.001)
    predictions = Predictions(project.NAMES, ["cat", "dog"], outputs)
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name="cheat")
    model = dataset.models.get("cheat")
    tests = labels_of_reserve(dataset)
    found = tests.accuracy(dataset, model, tests.outcomes(dataset, model))
    assert "it was probably trained on test samples, so its accuracy is not shown" in found.text()


def test_without_labels_there_is_nothing_to_judge_on(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.select(dataset, 1, 50)
    project.upload(dataset, "model", np.arange(3))
    tests = labels_of_reserve(dataset)
    model = dataset.models.get("model")
    assert tests.accuracy(dataset, model, tests.outcomes(dataset, model)).text() == "no test labels yet"
