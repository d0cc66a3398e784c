"""The keypoints of one object as JSON files hold them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.records import json_numbers
from al_core.formats.join.finding import Finding, Severity
from al_core.utils import KeypointInstancePrediction

LOWEST_CONFIDENCE = -0.01
HIGHEST_CONFIDENCE = 1.01
"""Confidences read off a heatmap may be this far outside 0 to 1."""

_ROUNDED = Finding(
    "confidences-rounded",
    "image has keypoints with a confidence just outside 0 to 1",
    "images have keypoints with a confidence just outside 0 to 1",
    "it is clipped",
    severity=Severity.NOTE,
)


class KeypointReading:
    """Reads the keypoints of one object after the other, and knows at the end what was noticed."""

    def __init__(self) -> None:
        self._rounded: dict[str, None] = {}
        self._n_points = 0
        self._are_flags = True

    def instance(self, where: str, result: Mapping[str, Any], filename: str) -> KeypointInstancePrediction:
        """Return the keypoints of an object in an image, as `keypoint_instance` does, rounding forgiven.

        Raises:
            FileFormatError: If they are not such numbers.
        """
        values = keypoint_values(where, result)
        confidences = np.array(values[2::3])
        is_outside = (confidences < 0) | (confidences > 1)
        is_rounded = (confidences >= LOWEST_CONFIDENCE) & (confidences <= HIGHEST_CONFIDENCE)
        if is_outside.any() and is_rounded.all():
            self._rounded[filename] = None
            values[2::3] = confidences.clip(0, 1).tolist()
        # COCO's own files have 0, 1 or 2 in this place; 2 is refused as no confidence already.
        self._n_points += len(confidences)
        self._are_flags = self._are_flags and bool(np.isin(confidences, (0, 1)).all())
        return _instance(where, result, values)

    def findings(self, source: str) -> list[Finding]:
        """Return what was noticed.

        Raises:
            FileFormatError: If every third number is 0 or 1: no model is that certain of each point.
        """
        if self._are_flags and self._n_points > 2:
            raise FileFormatError(
                f"{source}: the third number of every keypoint is 0 or 1, a visibility flag and no confidence; write "
                "the model's confidences in its place, or beside it as keypoint_scores"
            )
        return _ROUNDED.concerning(list(self._rounded))


def keypoint_instance(where: str, result: Mapping[str, Any]) -> KeypointInstancePrediction:
    """Return the keypoints of one object: x, y and confidence in turn, or with `keypoint_scores` beside them.

    Raises:
        FileFormatError: If they are not such numbers.
    """
    return _instance(where, result, keypoint_values(where, result))


def keypoint_values(where: str, result: Mapping[str, Any]) -> list[float]:
    """Return x, y and confidence of the keypoints of an object in turn.

    Raises:
        FileFormatError: If they are not such numbers.
    """
    keypoints = result.get("keypoints")
    if not isinstance(keypoints, list):
        raise FileFormatError(f"{where} has no list 'keypoints'; give x, y and confidence in turn")
    if keypoints and all(isinstance(point, list) and len(point) == 3 for point in keypoints):
        keypoints = [value for point in keypoints for value in point]
    values: list[float] = json_numbers(where, keypoints, "keypoint value").tolist()
    confidences = result.get("keypoint_scores")
    if confidences is not None:
        if not isinstance(confidences, list) or 3 * len(confidences) != len(values):
            raise FileFormatError(f"{where}: expected {len(values) // 3} 'keypoint_scores', one per keypoint")
        # They replace the third number of each point, which is a visibility flag then.
        values[2::3] = json_numbers(where, confidences, "keypoint score").tolist()
    return values


def _instance(where: str, result: Mapping[str, Any], values: list[float]) -> KeypointInstancePrediction:
    category = result.get("category_id")
    score = result.get("score", -1)
    if not isinstance(category, int) or isinstance(score, bool) or not isinstance(score, int | float):
        raise FileFormatError(f"{where}: expected a category_id and a score")
    try:
        return KeypointInstancePrediction(values, category, float(score))
    except InvalidInputError as error:
        raise FileFormatError(f"{where}: {error}; visibility flags and logits are not confidences") from error
