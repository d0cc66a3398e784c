"""A model whose classes are called otherwise than the labeled ones: nothing is measured, and everything says so."""

from dataclasses import replace

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import MissingInputError
from al_core.formats import Predictions
from al_core.steps.answers import compare_models
from al_core.steps.round_plan import RoundPlan
from al_core.store import LocalDataset, Workspace
from al_core.utils import ObjectDetectionOutput
from tests.steps.judges import objects_project as project

NUMBERED = ["class_1", "class_2"]


def right_boxes() -> ObjectDetectionOutput:
    corners = np.array([project.CORNERS[name] for name in project.CLASSES])
    return ObjectDetectionOutput(corners, np.full(2, 0.9), np.eye(2))


def labeled(workspace: Workspace) -> LocalDataset:
    dataset = project.begin(workspace)
    project.label(dataset, "object-detection")
    return dataset


def test_a_detector_whose_classes_are_numbers_has_no_accuracy_instead_of_zero(workspace: Workspace) -> None:
    dataset = labeled(workspace)
    outputs = [right_boxes()] * project.N_SAMPLES
    project.model(dataset, "object-detection", outputs, NUMBERED)
    (result,) = workflow.report_rounds(dataset, RoundPlan(0.5)).results
    assert result.accuracy.text() == (
        "its classes (class_1, class_2) are called otherwise than the labeled ones (cat, dog): store its predictions "
        "again with the names of the classes"
    )
    project.model(dataset, "object-detection", outputs)
    (result,) = workflow.report_rounds(dataset, RoundPlan(0.5)).results
    assert result.accuracy.speaks
    assert result.accuracy.value == 1


def test_the_check_of_a_file_says_so_before_it_is_stored(workspace: Workspace) -> None:
    dataset = labeled(workspace)
    predictions = Predictions(project.NAMES, NUMBERED, [right_boxes()] * project.N_SAMPLES, "object-detection")
    report = workflow.check_predictions(dataset, predictions)
    assert report.usable
    assert report.sentences()[-1] == (
        "No class of the file (class_1, class_2) is a labeled one (cat, dog): the model cannot be judged on the "
        "labels; name its classes like theirs."
    )
    named = replace(predictions, class_names=project.CLASSES)
    assert "labeled one" not in " ".join(workflow.check_predictions(dataset, named).sentences())


def test_no_change_is_counted_between_models_that_call_no_class_alike(workspace: Workspace) -> None:
    dataset = labeled(workspace)
    outputs = [right_boxes()] * project.N_SAMPLES
    before = project.model(dataset, "object-detection", outputs)
    project.model(dataset, "object-detection", outputs, NUMBERED)
    after = next(model for model in dataset.models.all() if model.id != before.id)
    with pytest.raises(MissingInputError, match=r"call no class alike \(cat, dog; class_1, class_2\)"):
        compare_models(dataset, before, after)


def test_no_label_is_called_an_error_by_a_model_that_calls_all_classes_otherwise(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.model(dataset, "object-detection", [right_boxes()] * project.N_SAMPLES, NUMBERED)
    project.label(dataset, "object-detection")
    result = workflow.label_errors(dataset)
    assert (result.errors, result.n_judged, result.n_unjudged) == ((), 0, 40)
