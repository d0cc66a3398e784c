import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import MissingInputError
from al_core.formats import Predictions
from al_core.steps.answers import NO_ANSWER, answers, compare_models
from al_core.store import Workspace
from al_core.utils import ObjectDetectionOutput
from tests.steps import project
from tests.steps.judges import objects_project


def test_flips_are_counted_by_answer_and_bound_the_change_of_accuracy(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.upload(dataset, "one", np.array([0, 2, 4]))
    project.upload(dataset, "two", np.array([4, 5]))
    changes = compare_models(dataset, dataset.models.get("one"), dataset.models.get("two"))
    # The first model calls 0 and 2 dogs, the second calls 5 a cat; both are wrong on 4.
    assert changes.rows.tolist() == [0, 2, 5]
    assert changes.from_answers.tolist() == ["dog", "dog", "dog"]
    assert changes.to_answers.tolist() == ["cat", "cat", "cat"]
    assert (changes.n_compared, changes.share, changes.bounds_accuracy) == (400, 3 / 400, True)
    assert [(change.answer, change.n_gained, change.n_lost) for change in changes.by_answer()] == [
        ("cat", 3, 0),
        ("dog", 0, 3),
    ]
    some = compare_models(dataset, changes.before, changes.after, np.arange(1, 4))
    assert (some.rows.tolist(), some.n_compared) == ([2], 3)


def test_samples_that_one_model_does_not_predict_are_not_compared(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.upload(dataset, "whole", np.array([0]))
    part = Predictions(project.NAMES[:2], ["cat", "dog"], np.array([[1, 0], [1, 0]], np.float32))
    workflow.store_predictions(dataset, part, workflow.check_predictions(dataset, part), name="part")
    said = answers(dataset, dataset.models.get("part"))
    assert said[:3].tolist() == ["cat", "cat", NO_ANSWER]
    changes = compare_models(dataset, dataset.models.get("whole"), dataset.models.get("part"))
    assert (changes.n_compared, changes.rows.tolist()) == (2, [0, 1])


def test_objects_are_counted_where_the_model_is_sure_of_them(workspace: Workspace) -> None:
    dataset = objects_project.begin(workspace)
    corners = np.array([(0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1), (0, 0.5, 0.5, 1)])
    output = ObjectDetectionOutput(corners, np.array([0.9, 0.8, 0.3]), np.eye(2)[[1, 1, 0]])
    model = objects_project.model(dataset, "object-detection", [output] * 400)
    assert answers(dataset, model)[0] == "2 dog"


def test_models_of_two_tasks_or_scores_alone_are_refused(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.upload(dataset, "model", np.array([0]))
    workflow.store_scores(dataset, np.arange(400), {"mine": np.full(400, 0.5)})
    model = dataset.models.get("model")
    scores = next(each for each in dataset.models.all() if each.predictions is None)
    with pytest.raises(MissingInputError, match="only models of one task are compared"):
        compare_models(dataset, model, scores)
    with pytest.raises(MissingInputError, match="has scores alone"):
        answers(dataset, scores)
