from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import (
    InvalidInputError,
    MissingInputError,
    NotFoundError,
)
from al_core.formats import Predictions
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.scores import ScoreOrigin, first_half_points
from al_core.store import Dataset, Kind
from al_core.utils import ObjectDetectionOutput
from tests.conftest import FILENAMES

ALL_ROWS = np.arange(6)


def margin(*scores: float) -> dict[str, np.ndarray]:
    return {"uncertainty_margin": np.array(scores)}


@pytest.mark.parametrize(
    ("scores", "problem"),
    [
        ({"mine": [0.1, 0.2]}, r"score 'mine' has shape \(2,\), but 6 samples"),
        ({"mine": [0, 0, 0, 0, 0, 1.5]}, "score 'mine' of f.png is 1.5"),
        ({"fine": [0.5] * 6, "mine": [-0.1] * 6}, "score 'mine' of a.png is -0.1"),
        ({"mine": ["a"] * 6}, "give one number for each"),
        ({}, "there are no scores to store"),
    ],
)
def test_bad_scores_are_refused_and_none_is_stored(dataset: Dataset, scores: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        workflow.store_scores(dataset, ALL_ROWS, scores)
    assert dataset.arrays.all(Kind.SCORE) == []


def test_the_margin_is_preferred_and_another_score_is_used_by_name(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, {"mine": np.eye(6)[0], **margin(0, 0, 0, 0, 0, 1)})
    preferred = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1))
    named = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1, score_name="mine"))
    assert (preferred.added_rows.tolist(), named.added_rows.tolist()) == ([5], [0])


def test_a_missing_score_is_answered_with_the_existing_ones(dataset: Dataset) -> None:
    workflow.store_scores(dataset, ALL_ROWS, margin(0, 0, 0, 0, 0, 1))
    with pytest.raises(NotFoundError, match="no score 'entropy'; there are: 'uncertainty_margin'"):
        workflow.run_selection(dataset, SelectionConfig("CORAL", 2, score_name="entropy"))


def test_candidates_without_a_score_are_counted(dataset: Dataset) -> None:
    workflow.store_scores(dataset, np.array([0, 1]), margin(0.5, 0.6))
    with pytest.raises(MissingInputError, match="4 of the 6 candidates have no score"):
        workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 2))
    query = dataset.create_tag("scored", np.array([0, 1]))
    selection = workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 1), query_tag=query)
    assert selection.added_rows.tolist() == [1]


def boxes(n_boxes: int) -> ObjectDetectionOutput:
    corners = np.tile([0.0, 0.0, 1.0, 1.0], (n_boxes, 1))
    return ObjectDetectionOutput(corners, np.ones(n_boxes), [[0.5, 0.5]] * n_boxes)


def store_boxes(dataset: Dataset, name: str, *n_boxes: int) -> None:
    outputs = [boxes(count) for count in n_boxes]
    predictions = Predictions(FILENAMES[: len(outputs)], ["cat", "dog"], outputs, DETECTION)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def test_unbounded_scores_of_later_models_keep_the_half_point_of_the_first(dataset: Dataset) -> None:
    name = "class_aware_entropy_sum"
    # Nine boxes of one class count 1/3 each: sums 1/3, 2/3 and 2, of which 2/3 is the median.
    store_boxes(dataset, "first", 1, 2, 6)
    first = dataset.arrays.read(dataset.models.get("first").scores[name])[:3]
    np.testing.assert_allclose(first, [1 / 3, 1 / 2, 3 / 4])
    # Four boxes count 1/2 each: sums 1/2 and 3/2.
    store_boxes(dataset, "second", 1, 3)
    second = dataset.models.get("second").scores[name]
    np.testing.assert_allclose(dataset.arrays.read(second)[:2], [(1 / 2) / (1 / 2 + 2 / 3), (3 / 2) / (3 / 2 + 2 / 3)])
    recorded = ScoreOrigin.of(second).half_points
    assert recorded is not None
    assert recorded[name] == pytest.approx(2 / 3)
    dataset.models.delete(dataset.models.get("first"))
    assert first_half_points(dataset, DETECTION) == recorded
