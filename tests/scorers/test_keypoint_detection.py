from typing import Any

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.scorers import ScorerKeypointDetection
from al_core.utils import KeypointInstancePrediction, KeypointPrediction


def test_uncertainty_is_one_minus_the_mean_confidence() -> None:
    objects: list[list[list[float]]] = [
        [[123.0, 456.0, 0.1, 565.0, 32.0, 0.2], [342.0, 432.0, 0.3, 43.0, 2.0, 0.4]],
        [[23.0, 43.0, 0.5, 43.0, 2.0, 0.6]],
        [],
        [[]],
    ]
    predictions = [KeypointPrediction([KeypointInstancePrediction(k) for k in image]) for image in objects]
    scores = ScorerKeypointDetection(predictions).calculate_scores()
    np.testing.assert_allclose(scores["mean_uncertainty"], [0.75, 0.45, 0, 0])


def test_every_object_counts_the_same_however_many_keypoints_it_has() -> None:
    few, many = KeypointInstancePrediction([0, 0, 1.0]), KeypointInstancePrediction([0, 0, 0.5] * 9)
    scores = ScorerKeypointDetection([KeypointPrediction([few, many])]).calculate_scores()
    assert scores["mean_uncertainty"].tolist() == [0.25]


def test_strange_poses_score_high_although_they_are_confident() -> None:
    def pose(x: float) -> KeypointPrediction:
        return KeypointPrediction([KeypointInstancePrediction([0, 0, 1.0, 1, 0, 1.0, 1 + x, 1, 1.0])])

    scorer = ScorerKeypointDetection([pose(0.1), pose(-0.1)] * 10 + [pose(-2)])
    scores = scorer.calculate_scores()
    assert scores["mean_uncertainty"].max() == 0
    assert scores["pose_surprise"].argmax() == 20
    again = ScorerKeypointDetection(scorer.model_output, half_points=scorer.half_points)
    assert again.calculate_scores()["pose_surprise"].tolist() == scores["pose_surprise"].tolist()


@pytest.mark.parametrize("wrong", [[{"keypoints": []}], np.ones((2, 17, 3))], ids=["dictionaries", "array"])
def test_what_a_model_of_poses_returns_is_not_scored_unread(wrong: Any) -> None:
    message = r"one KeypointPrediction per image, and image 0 is (dict|ndarray); its from_dicts, from_ultralytics"
    with pytest.raises(InvalidInputError, match=message):
        ScorerKeypointDetection(wrong)
