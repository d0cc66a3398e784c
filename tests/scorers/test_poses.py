import numpy as np
import pytest

from al_core.scorers.poses import normalized_steps, pose_surprise
from al_core.utils import KeypointInstancePrediction, KeypointPrediction


def angle(
    x: float, *, confidence: float = 1.0, category: int = 0, shift: float = 0, scale: float = 1
) -> KeypointPrediction:
    """Three keypoints: one unit to the right, then one unit that ends x to the side of where it began."""
    points = [0, 0, confidence, scale, 0, confidence, scale * (1 + x), scale * float(np.sqrt(1 - x * x)), confidence]
    moved = [value + shift if position % 3 < 2 else value for position, value in enumerate(points)]
    return KeypointPrediction([KeypointInstancePrediction(moved, category)])


def test_a_pose_counts_squared_deviations_from_the_usual_one() -> None:
    # Ten usual poses whose second way ends 0.1 to the left or right; the eleventh, less confident, goes 0.6.
    images = [angle(0.1), angle(-0.1)] * 5 + [angle(0.6, confidence=0.5)]
    surprise = pose_surprise(images)
    # Of the four differences one has the variance 0.01 and the others none, for which 0.0001 stands in. Usual poses
    # deviate by 0.01 / 0.01 = 1 in one of four; the strange one by 0.36 / 0.01 there, and by (0.995 - 0.8)² / 0.0001.
    np.testing.assert_allclose(surprise[:10], 1 / 4)
    assert surprise[10] == pytest.approx((36 + (np.sqrt(0.99) - 0.8) ** 2 / 1e-4) / 4)


def test_where_an_object_lies_and_how_large_it_is_does_not_matter() -> None:
    images = [angle(0.1), angle(-0.1)] * 5
    moved = [angle(0.1, shift=50, scale=7), angle(-0.1, shift=-3, scale=0.5)] * 5
    np.testing.assert_allclose(pose_surprise(moved), pose_surprise(images))


def test_the_strangest_object_of_an_image_counts_and_images_without_poses_score_0() -> None:
    usual = [angle(0.1), angle(-0.1)] * 5
    both = KeypointPrediction(
        [*usual[0].keypoint_instance_predictions, *angle(0.6, confidence=0.5).keypoint_instance_predictions]
    )
    point = KeypointPrediction([KeypointInstancePrediction([1, 2, 0.5])])
    surprise = pose_surprise([*usual, both, KeypointPrediction([]), point])
    assert surprise[10] > 9
    assert surprise[11:].tolist() == [0, 0]


def test_of_few_objects_of_a_kind_no_pose_is_usual() -> None:
    assert pose_surprise([angle(x) for x in (0.1, -0.1, 0.6)]).tolist() == [0, 0, 0]


def test_kinds_have_poses_of_their_own() -> None:
    cats, dogs = [angle(0.1), angle(-0.1)] * 5, [angle(0.5, category=1), angle(0.7, category=1)] * 5
    apart = pose_surprise([*cats, *dogs])
    np.testing.assert_allclose(apart[:10], pose_surprise(cats))
    np.testing.assert_allclose(apart[10:], pose_surprise(dogs))


def test_keypoints_that_are_not_there_are_not_compared() -> None:
    hidden = KeypointPrediction([KeypointInstancePrediction([0, 0, 1, 1, 0, 1, 9, 9, 0])])
    surprise = pose_surprise([*[angle(0.1), angle(-0.1)] * 5, hidden])
    # What is left of it, one unit to the right, is as usual.
    assert surprise[10] == 0


def test_points_in_one_place_are_no_pose() -> None:
    assert np.isnan(normalized_steps(np.ones((3, 3)))).all()
