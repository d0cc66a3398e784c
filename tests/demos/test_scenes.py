from pathlib import Path

import numpy as np
import pytest

from al_core.demos import scenes
from al_core.formats import Predictions
from al_core.scorers import SCORERS
from al_core.store import Kind, Workspace

LABELED = np.arange(scenes.N_LABELED)
UNLABELED = range(scenes.N_LABELED, scenes.N_SCENES)
FILENAMES = [str(number) for number in range(scenes.N_SCENES)]


@pytest.fixture(scope="module")
def drawn() -> scenes.Scenes:
    return scenes.draw()


@pytest.fixture(scope="module")
def detections(drawn: scenes.Scenes) -> Predictions:
    return scenes.predict(drawn, LABELED, "object-detection", FILENAMES)


def test_digits_of_a_scene_do_not_touch(drawn: scenes.Scenes) -> None:
    for digits in drawn.digits:
        gaps = np.abs(digits[:, None, 1:] - digits[None, :, 1:]).max(axis=2)
        assert (gaps[~np.eye(len(digits), dtype=bool)] > scenes.DIGIT).all()


def test_the_same_seed_draws_the_same_scenes(drawn: scenes.Scenes) -> None:
    assert (scenes.draw().images == drawn.images).all()


def test_nearly_all_digits_that_the_model_never_saw_are_detected(drawn: scenes.Scenes, detections: Predictions) -> None:
    found = total = 0
    for row in UNLABELED:
        corners = np.array([[box.y0, box.x0] for box in detections.outputs[row].boxes]) * scenes.SIDE
        for _, top, left in drawn.digits[row]:
            total += 1
            found += bool((np.abs(corners - [top, left]).max(axis=1) <= 2).any())
    assert found / total > 0.9


def test_predictions_do_not_know_the_digits_of_unlabeled_scenes(drawn: scenes.Scenes, detections: Predictions) -> None:
    nothing = [np.zeros((0, 3), np.int64) for _ in UNLABELED]
    blind = scenes.Scenes(drawn.images, drawn.digits[: scenes.N_LABELED] + nothing)
    repeated = scenes.predict(blind, LABELED, "object-detection", FILENAMES)
    for one, other in zip(detections.outputs, repeated.outputs, strict=True):
        assert (one.scores == other.scores).all()


@pytest.mark.parametrize("task", list(scenes.NAMES))
def test_the_predictions_of_each_task_can_be_scored(drawn: scenes.Scenes, task: str) -> None:
    outputs = scenes.predict(drawn, LABELED, task, FILENAMES).outputs
    for values in SCORERS[task](outputs).calculate_scores().values():
        assert len(values) == scenes.N_SCENES
        assert ((values >= 0) & (values <= 1)).all()
        assert len(np.unique(values)) > 5


def test_a_demo_has_an_embedding_scores_and_a_labeled_set_and_is_built_once(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        dataset = scenes.build(workspace, "object-detection")
        assert dataset.arrays.get(Kind.EMBEDDING, "efficientnet-lite0").shape == (scenes.N_SCENES, 1280)
        assert dataset.tag("initial-selection").size == scenes.N_LABELED
        assert "objectness_least_confidence" in {stored.name for stored in dataset.arrays.all(Kind.SCORE)}
        assert scenes.build(workspace, "object-detection").id == dataset.id


def test_every_task_has_a_demo() -> None:
    # The digits are the demo of classes; several classes an image are scored as those are.
    without_scenes = {"classification", "multi-label-classification"}
    assert set(scenes.NAMES) | without_scenes == set(SCORERS)
