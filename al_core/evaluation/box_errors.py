"""Which labels of boxes are probably wrong: objects that were missed, named wrongly or outlined badly, worst first.

Source: Tkachenko, Thyagarajan, Mueller, ObjectLab: Automated Diagnosis of Mislabeled Images in Object Detection Data
(ICML workshop 2023, arXiv 2309.00832), §3: overlooked, swapped and badly located. The suspicions here are plain
products of what the model says, so that a person can check them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.object_matches import ImageObjects
from al_core.exceptions import InvalidInputError

# Below this a prediction and a label are about different objects; COCO counts a box as found from here on.
_SAME_OBJECT = 0.5
# A label that overlaps less is about another object, one that overlaps more is placed well.
_LEAST_OVERLAP = 0.1


class BoxErrorKind(StrEnum):
    """What is wrong with a label."""

    MISSED = "missed"
    WRONG = "wrong"
    BADLY_PLACED = "badly placed"


@dataclass(frozen=True)
class BoxError:
    """One suspicion.

    Attributes:
        image: Position of the image.
        kind: What seems wrong.
        label: Position of the labeled box in its image; None for an object without a label.
        prediction: Position of the predicted box that disagrees.
        suspicion: 0 to 1.
    """

    image: int
    kind: BoxErrorKind
    label: int | None
    prediction: int
    suspicion: float


def overlaps(boxes: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return intersection over union of all pairs of boxes (n, 4) and (m, 4), shape (n, m).

    Examples:
        >>> overlaps(np.array([[0, 0, 2, 2]]), np.array([[1, 0, 3, 2], [4, 4, 5, 5]])).round(3).tolist()
        [[0.333, 0.0]]
    """
    corners = np.asarray(boxes, np.float64)[:, None]
    other_corners = np.asarray(others, np.float64)[None]
    lower = np.maximum(corners[..., :2], other_corners[..., :2])
    upper = np.minimum(corners[..., 2:], other_corners[..., 2:])
    shared = np.prod(np.maximum(upper - lower, 0), axis=-1)
    areas = np.prod(corners[..., 2:] - corners[..., :2], axis=-1)
    other_areas = np.prod(other_corners[..., 2:] - other_corners[..., :2], axis=-1)
    together = areas + other_areas - shared
    # A box without an area overlaps nothing.
    return np.where(together > 0, shared / np.where(together > 0, together, 1), 0.0)


def box_errors(labels: Sequence[ImageObjects], predictions: Sequence[ImageObjects]) -> list[BoxError]:
    """Return all suspicions about the labels of some images, the worst first.

    - missed: a sure prediction that no label overlaps: its score times the share of it that no label covers.
    - wrong: a label on which another class is predicted: that score, less the score of its own class there.
    - badly placed: a label that the prediction of its class overlaps in part: that score times what is not shared.

    Args:
        labels: One for each image.
        predictions: One for each image, in the same order, of a model that was not trained on these labels.

    Raises:
        InvalidInputError: If the two differ in length or predictions have no scores.

    Examples:
        >>> label = ImageObjects(np.array([[0.0, 0, 10, 10]]), np.array([1]))
        >>> boxes = np.array([[0.0, 0, 10, 10], [20, 20, 30, 30]])
        >>> prediction = ImageObjects(boxes, np.array([0, 1]), np.array([0.9, 0.8]))
        >>> for error in box_errors([label], [prediction]):
        ...     print(error.kind, error.label, error.prediction, error.suspicion)
        wrong 0 0 0.9
        missed None 1 0.8
    """
    if len(labels) != len(predictions):
        raise InvalidInputError(
            f"{len(labels)} labeled images and {len(predictions)} predicted ones; give both of each"
        )
    errors: list[BoxError] = []
    for image, (labeled, predicted) in enumerate(zip(labels, predictions, strict=True)):
        if predicted.scores is None:
            raise InvalidInputError(f"the predictions of image {image} have no scores, which suspicions are made of")
        if not len(predicted.boxes):
            continue
        overlap = overlaps(predicted.boxes, labeled.boxes.reshape(-1, 4))
        scores = np.asarray(predicted.scores, np.float64)
        errors += _missed(image, overlap, scores)
        errors += _wrong(image, overlap, scores, predicted.classes, labeled.classes)
        errors += _badly_placed(image, overlap, scores, predicted.classes, labeled.classes)
    # `sorted` is stable: equal suspicions stay in the order of the images.
    return sorted(errors, key=lambda error: -error.suspicion)


def image_suspicion(errors: Sequence[BoxError], n_images: int) -> NDArray[np.float64]:
    """Return (n_images,) the highest suspicion about each image, 0 where there is none.

    Examples:
        >>> image_suspicion([BoxError(1, BoxErrorKind.MISSED, None, 0, 0.75)], 3).tolist()
        [0.0, 0.75, 0.0]
    """
    suspicion = np.zeros(n_images)
    for error in errors:
        suspicion[error.image] = max(suspicion[error.image], error.suspicion)
    return suspicion


def _missed(image: int, overlap: NDArray[np.float64], scores: NDArray[np.float64]) -> list[BoxError]:
    nearest = overlap.max(axis=1, initial=0)
    return [
        BoxError(image, BoxErrorKind.MISSED, None, int(place), float(scores[place] * (1 - nearest[place])))
        for place in np.flatnonzero(nearest < _LEAST_OVERLAP)
    ]


def _wrong(
    image: int,
    overlap: NDArray[np.float64],
    scores: NDArray[np.float64],
    predicted: NDArray[np.int64],
    labeled: NDArray[np.int64],
) -> list[BoxError]:
    errors = []
    for label, number in enumerate(labeled.tolist()):
        is_here = overlap[:, label] >= _SAME_OBJECT
        other = np.where(is_here & (predicted != number), scores, 0)
        # A box of the labeled class on the same object supports the label by as much as its confidence.
        own = np.where(is_here & (predicted == number), scores, 0).max()
        place = int(other.argmax())
        if other[place] > own:
            errors.append(BoxError(image, BoxErrorKind.WRONG, label, place, float(other[place] - own)))
    return errors


def _badly_placed(
    image: int,
    overlap: NDArray[np.float64],
    scores: NDArray[np.float64],
    predicted: NDArray[np.int64],
    labeled: NDArray[np.int64],
) -> list[BoxError]:
    errors = []
    for label, number in enumerate(labeled.tolist()):
        own = np.where(predicted == number, overlap[:, label], 0)
        place = int(own.argmax())
        # A prediction that fits another label better is about that one.
        if own[place] >= _LEAST_OVERLAP and overlap[place].argmax() == label:
            suspicion = float(scores[place] * (1 - own[place]))
            errors.append(BoxError(image, BoxErrorKind.BADLY_PLACED, label, place, suspicion))
    return errors
