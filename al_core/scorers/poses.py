"""How unusual poses are: differences of keypoints, relative to the size of the object, under a Gaussian.

Poses under a model of likely limbs are the uncertainty of VL4Pose, "Active Learning Through Out-Of-Distribution
Detection For Pose Estimation" (BMVC 2022, arXiv 2210.06028), whose network learns how long limbs are. Here means and
variances come from the predictions themselves, from the half of the objects of each kind that are predicted most
confidently, so that no training is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.types import Scores
from al_core.utils.keypoint_predictions import KeypointPrediction

LEAST_POSES = 10
"""Of fewer objects of a kind no usual pose is known, and none of them is called unusual."""

LEAST_VARIANCE = 1e-4
"""Of a difference relative to the object's size: a hundredth of it is within the accuracy of any detector."""


@dataclass(frozen=True)
class _Pose:
    """One object.

    Attributes:
        image: Whose it is.
        steps: (K - 1, 2) from each keypoint to the next, relative to the object's size, NaN where one is not there.
        confidence: Mean over its keypoints.
    """

    image: int
    steps: NDArray[np.float64]
    confidence: float


def pose_surprise(predictions: Sequence[KeypointPrediction]) -> Scores:
    """Return how far the strangest pose of each image is from the usual ones, (N,) from 0, unbounded.

    It is the mean over the differences of keypoints of squared standard deviations from the mean: 1 for a pose as far
    as usual, and 0 for an image without poses. Up to a constant it is minus twice the mean log-likelihood under
    independent normal distributions.

    Args:
        predictions: One per image. Keypoints of confidence 0 are not there.
    """
    kinds: dict[tuple[int, int], list[_Pose]] = {}
    for image, prediction in enumerate(predictions):
        for instance in prediction.keypoint_instance_predictions:
            points = np.array(instance.keypoints, np.float64).reshape(-1, 3)
            steps = normalized_steps(points)
            if not np.isnan(steps).all():
                pose = _Pose(image, steps, float(points[:, 2].mean()))
                kinds.setdefault((instance.category_id, len(points)), []).append(pose)
    surprise = np.zeros(len(predictions))
    for poses in kinds.values():
        if len(poses) >= LEAST_POSES:
            np.maximum.at(surprise, [pose.image for pose in poses], _squared_deviations(poses))
    return surprise


def normalized_steps(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the way from each keypoint to the next, (K - 1, 2), relative to the root mean square of all those ways.

    Args:
        points: (K, 3) x, y and confidence; a point of confidence 0 is not there, and its ways are NaN.

    Examples:
        >>> normalized_steps(np.array([[0, 0, 1], [3, 4, 1], [3, 4, 0], [9, 9, 1]]))
        array([[0.6, 0.8],
               [nan, nan],
               [nan, nan]])
    """
    places = np.where(points[:, 2:] > 0, points[:, :2], np.nan)
    steps = np.diff(places, axis=0)
    squares = np.square(steps).sum(axis=1)
    squares = squares[~np.isnan(squares)]
    # All points in one place have no pose.
    size = np.sqrt(squares.mean()) if squares.any() else np.nan
    return np.asarray(steps / size)


def _squared_deviations(poses: Sequence[_Pose]) -> NDArray[np.float64]:
    steps = np.array([pose.steps for pose in poses])
    confidences = np.array([pose.confidence for pose in poses])
    usual = steps[confidences >= np.median(confidences)]
    is_there = ~np.isnan(usual)
    # Not nanmean, which warns of points that no usual pose has; they stay at 0 and are never compared.
    counts = np.maximum(is_there.sum(axis=0), 1)
    mean = np.where(is_there, usual, 0).sum(axis=0) / counts
    variance = np.where(is_there, np.square(usual - mean), 0).sum(axis=0) / counts
    squares = np.square(steps - mean) / np.maximum(variance, LEAST_VARIANCE)
    squares = np.where(is_there.any(axis=0), squares, np.nan)
    is_compared = ~np.isnan(squares)
    n_compared = np.maximum(is_compared.sum(axis=(1, 2)), 1)
    return np.asarray(np.where(is_compared, squares, 0).sum(axis=(1, 2)) / n_compared)
