"""Uncertain boxes of classes that the detector rarely predicts count more than those of common ones.

A box counts the entropy of its class probabilities, divided by the root of how often its class is predicted. Sums of
per-box entropy with a weight per class are the uncertainty of PPAL, "Plug and Play Active Learning for Object
Detection" (CVPR 2024, arXiv 2211.11612), section 3.2, whose weights are learned in training: the predicted counts
take their place, so that predictions are enough. The root is a compromise, as where rare classes are re-sampled: the
full count would make one box of a class seen once worth as much as all boxes of a common class together.
"""

import numpy as np
from numpy.typing import NDArray

from al_core.scorers.score import Score
from al_core.types import Scores

_PER_BOX = "entropy / √(predicted boxes of its class)"
CLASS_AWARE_SCORES = (
    Score(
        "class_aware_entropy_sum",
        "Class-aware entropy, sum",
        f"x / (x + median), x = sum over the boxes of {_PER_BOX}",
    ),
    Score(
        "class_aware_entropy_mean",
        "Class-aware entropy, mean",
        f"x / (x + median), x = mean over the boxes of {_PER_BOX}",
    ),
    Score(
        "class_aware_entropy_per_cost",
        "Class-aware entropy per cost",
        f"x / (x + median), x = sum over the boxes of {_PER_BOX}, divided by 1 + sum of their confidences",
    ),
)
CLASS_AWARE = tuple(score.name for score in CLASS_AWARE_SCORES)


def class_aware_entropies(
    n_boxes: NDArray[np.int64], labels: NDArray[np.int64], confidences: Scores, entropies: Scores
) -> dict[str, Scores]:
    """Return the sum over the boxes of each image, their mean, and the sum by expected cost, (N,) each, unbounded.

    An image is expected to cost as much as opening it and labeling the objects to expect in it: 1 plus the sum of the
    confidences of its boxes. Dividing by it keeps a sum from preferring crowded images, which take longer to label.

    Args:
        n_boxes: (N,) boxes of each image.
        labels: (B,) most probable class of each box, image after image.
        confidences: (B,) their confidences.
        entropies: (B,) entropies of their class probabilities, in [0, 1].

    Examples:
        >>> labels = np.array([0, 0, 0, 0, 1])
        >>> scores = class_aware_entropies(np.array([3, 2]), labels, np.full(5, 0.5), np.full(5, 0.5))
        >>> scores["class_aware_entropy_sum"], scores["class_aware_entropy_mean"]
        (array([0.75, 0.75]), array([0.25 , 0.375]))
        >>> scores["class_aware_entropy_per_cost"]
        array([0.3  , 0.375])
    """
    images = np.arange(len(n_boxes))
    image_of_box = np.repeat(images, n_boxes)
    # In all images: what is rare in one may be common elsewhere.
    n_predicted = np.bincount(labels)
    per_box = entropies / np.sqrt(n_predicted[labels])
    sums = np.bincount(image_of_box, weights=per_box, minlength=len(images)).astype(np.float64)
    # A confidence that is not a number promises no object.
    expected_objects = np.bincount(image_of_box, weights=np.nan_to_num(confidences), minlength=len(images))
    values: list[Scores] = [sums, sums / np.maximum(n_boxes, 1), sums / (1 + expected_objects)]
    return dict(zip(CLASS_AWARE, values, strict=True))
