"""What every scorer of the registry promises."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from al_core.scorers import SCORERS, score_named
from al_core.utils import BoundingBox, KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput

BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)


def predictions_for(task: str, n_samples: int) -> Any:
    rng = np.random.default_rng(0)
    if task == "classification":
        return rng.dirichlet(np.ones(4), n_samples)
    if task == "multi-label-classification":
        return rng.random((n_samples, 4))
    if task == "semantic-segmentation":
        return [rng.dirichlet(np.ones(3), (4, 5)) for _ in range(n_samples)]
    if task == "object-detection":
        sizes = [k % 3 for k in range(n_samples)]
        return [ObjectDetectionOutput([BOX] * k, rng.random(k), rng.dirichlet(np.ones(4), k)) for k in sizes]
    if task == "keypoint-detection":
        instances = [[KeypointInstancePrediction([1, 2, c]) for c in rng.random(k % 3)] for k in range(n_samples)]
        return [KeypointPrediction(image) for image in instances]
    raise AssertionError(f"give this test predictions for the new task {task}")


@pytest.fixture(params=SCORERS)
def task(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_scores_are_one_number_in_0_1_per_sample(task: str) -> None:
    scores = SCORERS[task](predictions_for(task, 7)).calculate_scores()
    for values in scores.values():
        assert values.shape == (7,)
        assert values.min() >= 0
        assert values.max() <= 1


def test_score_names_are_known_before_scoring(task: str) -> None:
    scores = SCORERS[task](predictions_for(task, 2)).calculate_scores()
    assert SCORERS[task].score_names() == list(scores)


def test_no_predictions_give_an_empty_array_for_each_name(task: str) -> None:
    scores = SCORERS[task](predictions_for(task, 0)).calculate_scores()
    assert {name: values.shape for name, values in scores.items()} == dict.fromkeys(SCORERS[task].score_names(), (0,))


def test_predictions_are_not_modified_and_score_the_same_twice(task: str) -> None:
    predictions = predictions_for(task, 5)
    before = pickle.dumps(copy.deepcopy(predictions))
    scorer = SCORERS[task](predictions)
    first, second = scorer.calculate_scores(), scorer.calculate_scores()
    assert pickle.dumps(copy.deepcopy(predictions)) == before
    for name in first:
        assert np.array_equal(first[name], second[name])


def test_the_order_of_the_samples_does_not_matter(task: str) -> None:
    predictions = predictions_for(task, 6)
    scores = SCORERS[task](predictions).calculate_scores()
    reversed_scores = SCORERS[task](predictions[::-1]).calculate_scores()
    for name, values in scores.items():
        np.testing.assert_allclose(reversed_scores[name][::-1], values, rtol=0, atol=1e-15)


def test_every_score_says_what_it_is(task: str) -> None:
    for score in SCORERS[task].scores:
        assert score.title
        assert score.formula
        assert score_named(score.name, task) is score


@pytest.mark.parametrize("task", [task for task in SCORERS if "classification" not in task])
def test_a_generator_of_predictions_scores_like_a_list(task: str) -> None:
    predictions = predictions_for(task, 5)
    expected = SCORERS[task](predictions).calculate_scores()
    scores = SCORERS[task](prediction for prediction in predictions).calculate_scores()
    for name, values in expected.items():
        assert scores[name].tolist() == values.tolist()


def test_a_score_without_a_scorer_is_not_described() -> None:
    assert score_named("of my own") is None


def test_the_same_name_means_another_formula_in_segmentation() -> None:
    of_images = score_named("uncertainty_entropy", "classification")
    of_pixels = score_named("uncertainty_entropy", "semantic-segmentation")
    assert of_images
    assert of_pixels
    assert of_pixels.formula == f"mean over all pixels: {of_images.formula}"


def test_an_unknown_task_is_described_by_the_name_alone() -> None:
    assert score_named("mean_uncertainty", "of my own") is score_named("mean_uncertainty", "keypoint-detection")
