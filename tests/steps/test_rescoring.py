"""Another confidence threshold for the boxes of a stored model."""

from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.exports import export_rows
from al_core.store import INITIAL_TAG, Dataset, Model
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput
from tests.steps.test_confidence import WHOLE, boxes, store

SCORE = "objectness_least_confidence"


def doubtful(batch: bool = False) -> Predictions:
    """Of c.png an object beside a doubtful one, of a.png a doubtful one, of b.png nothing; others are not named."""
    outputs: Any = [boxes(0.75, 0.25), boxes(0.5), boxes()]
    if batch:
        outputs = ObjectDetectionBatch(boxes(0.75, 0.25, 0.5), [2, 1, 0])
    return Predictions(["c.png", "a.png", "b.png"], ["cat", "dog"], outputs, DETECTION)


def scores_of(dataset: Dataset) -> dict[str, Any]:
    model = dataset.models.get("model")
    return {name: dataset.arrays.read(stored).tolist() for name, stored in model.scores.items()}


def changed(dataset: Dataset, threshold: float) -> Model:
    return workflow.change_threshold(dataset, dataset.models.get("model"), threshold)


@pytest.mark.parametrize("batch", [True, False])
def test_scores_are_those_of_an_import_with_that_threshold(dataset: Dataset, batch: bool) -> None:
    store(dataset, doubtful(batch), 0.6)
    expected = scores_of(dataset)
    assert expected[SCORE][:3] == [0.25, 0, 0.25]
    workflow.delete_model(dataset, dataset.models.get("model"))
    store(dataset, doubtful(batch), 0.1)
    assert scores_of(dataset)[SCORE][:3] == [0.5, 0, 0.5]
    model = changed(dataset, 0.6)
    assert (model.confidence_threshold, model.is_current, model.n_samples) == (0.6, True, 3)
    again = scores_of(dataset)
    for name in (SCORE, "classification_uncertainty_margin", "object_frequency"):
        assert np.array_equal(again[name], expected[name], equal_nan=True)
    # Images without a prediction have no score, before and after.
    assert np.isnan(again[SCORE][3:]).all()
    assert len(export_rows(dataset, dataset.tag(INITIAL_TAG)).filenames) == dataset.n_samples


def test_the_threshold_before_brings_its_scores_back_and_with_them_the_selections(dataset: Dataset) -> None:
    store(dataset, doubtful(), 0.1)
    before = dataset.models.get("model")
    names = dataset.create_tag("named", np.arange(3))
    selection = workflow.run_selection(
        dataset, SelectionConfig("ACTIVE_LEARNING", 2, name="round", seed=1), query_tag=names
    )
    assert not selection.stale
    changed(dataset, 0.6)
    now = workflow.read_selection(dataset, selection.tag)
    assert now is not None
    assert "has been replaced since" in now.stale[0]
    after = changed(dataset, 0.1)
    assert {name: score.digest for name, score in after.scores.items()} == {
        name: score.digest for name, score in before.scores.items()
    }
    again = workflow.read_selection(dataset, selection.tag)
    assert again is not None
    assert not again.stale


def test_scores_of_a_model_that_is_renamed_and_not_current_keep_its_name(dataset: Dataset) -> None:
    store(dataset, doubtful(), 0.1)
    changed(dataset, 0.6)
    old = workflow.rename_model(dataset, dataset.models.get("model"), "old")
    store(dataset, doubtful(batch=True), 0.2)
    assert dataset.models.get("model").is_current
    old = dataset.models.get("old")
    back = workflow.change_threshold(dataset, old, 0.1)
    assert back.scores[SCORE].name == f"{SCORE}@old"
    assert dataset.arrays.read(back.scores[SCORE])[:3].tolist() == [0.5, 0, 0.5]
    third = workflow.change_threshold(dataset, back, 0.3)
    assert third.scores[SCORE].name == f"{SCORE}@old"
    assert dataset.models.get("model").scores[SCORE].name == SCORE


def test_what_cannot_be_scored_anew_is_refused_and_nothing_changes(dataset: Dataset) -> None:
    store(dataset, doubtful(), 0.1)
    before = scores_of(dataset)
    with pytest.raises(InvalidInputError, match="no box is as confident"):
        changed(dataset, 0.9)
    for threshold in (-0.1, 1.5, float("nan")):
        with pytest.raises(InvalidInputError, match="lies in 0 to 1"):
            changed(dataset, threshold)
    assert scores_of(dataset)[SCORE][:3] == before[SCORE][:3]
    probable = ObjectDetectionOutput(np.array([WHOLE], float), [0.9], [[0.5, 0.3, 0.2]])
    exact = Predictions(["c.png"], ["cat", "dog", "owl"], [probable], DETECTION)
    workflow.store_predictions(dataset, exact, workflow.check_predictions(dataset, exact), name="exact")
    with pytest.raises(MissingInputError, match="import the predictions once more"):
        workflow.change_threshold(dataset, dataset.models.get("exact"), 0.4)
    classes = Predictions(["a.png"], ["cat", "dog"], np.array([[0.25, 0.75]], np.float32))
    workflow.store_predictions(dataset, classes, workflow.check_predictions(dataset, classes), name="classes")
    with pytest.raises(InvalidInputError, match="has no boxes"):
        workflow.change_threshold(dataset, dataset.models.get("classes"), 0.4)


def test_the_same_predictions_with_another_threshold_score_the_model_anew_and_say_so(dataset: Dataset) -> None:
    store(dataset, doubtful(), 0.6)
    expected = scores_of(dataset)
    workflow.delete_model(dataset, dataset.models.get("model"))
    store(dataset, doubtful(), 0.1)
    first = dataset.models.get("model")
    store(dataset, doubtful(), 0.6)
    [model] = dataset.models.all()
    assert (model.id, model.confidence_threshold, model.is_current) == (first.id, 0.6, True)
    assert model.predictions == first.predictions
    again = scores_of(dataset)
    for name in (SCORE, "classification_uncertainty_margin", "object_frequency"):
        assert np.array_equal(again[name], expected[name], equal_nan=True)
    assert workflow.rescored_note([first], [model]) == (
        "'model' has these predictions already; its boxes now count from a confidence of 0.6 on, not 0.1"
    )
    back = changed(dataset, 0.1)
    assert back.scores == first.scores


def test_other_predictions_of_the_same_name_are_another_model(dataset: Dataset) -> None:
    store(dataset, doubtful(), 0.1)
    other = Predictions(["c.png"], ["cat", "dog"], [boxes(0.75)], DETECTION)
    store(dataset, other, 0.6)
    assert len(dataset.models.all()) == 2
