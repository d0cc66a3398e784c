"""The checks of the arguments of `ObjectDetectionOutput`; each raises `InvalidInputError`."""

from collections.abc import Sequence, Sized

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Probabilities
from al_core.utils.bounding_box import BoundingBox


def check_lengths(**columns: Sized) -> None:
    """Raise unless all columns have one entry per box."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InvalidInputError(f"one entry per box is needed, but {listed}")


def check_shapes(
    boxes: Sequence[BoundingBox] | NDArray[np.floating], objectness: NDArray[np.floating], probabilities: Probabilities
) -> None:
    """Raise unless these are (B, 4), (B,) and (B, C)."""
    if objectness.ndim != 1:
        raise InvalidInputError(f"object_probabilities is (B,), not {objectness.shape}")
    if probabilities.ndim != 2 or probabilities.shape[1] == 0:
        raise InvalidInputError(f"class_probabilities is (B, C) with at least one class, not {probabilities.shape}")
    if isinstance(boxes, np.ndarray) and len(boxes):
        check_box_array(boxes)


def check_box_array(boxes: NDArray[np.floating]) -> None:
    """Raise unless each row (x0, y0, x1, y1) is a box that overlaps the image, or four NaN for an unknown place."""
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise InvalidInputError(f"boxes is (B, 4): x0, y0, x1, y1; not {boxes.shape}")
    upper_left = boxes[:, :2]
    lower_right = boxes[:, 2:]
    # A box may reach over the edge but must overlap the image; a NaN fails every comparison, four say "unknown".
    is_inside = (upper_left < lower_right) & (upper_left < 1) & (lower_right > 0)
    is_inside |= np.isnan(boxes).all(axis=1, keepdims=True)
    if not is_inside.all():
        row = int(np.argmin(is_inside.all(axis=1)))
        raise InvalidInputError(f"box {row} needs x0 < x1 and y0 < y1 within the image, 0 to 1, not {boxes[row]}")


def check_scores_and_labels(scores: NDArray[np.floating], labels: NDArray[np.generic]) -> None:
    """Raise unless scores are probabilities and labels are class numbers."""
    is_probability = (scores >= 0) & (scores <= 1)
    if not is_probability.all():
        raise InvalidInputError(f"scores lie in 0 to 1, not {scores[~is_probability][0]}")
    if len(labels) and (labels.dtype.kind not in "iu" or np.min(labels) < 0):
        raise InvalidInputError(f"labels are whole numbers from 0, not {labels.tolist()}")
