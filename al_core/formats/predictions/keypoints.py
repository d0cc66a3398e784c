"""The keypoints of one object as JSON files hold them."""

from collections.abc import Mapping
from typing import Any

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.records import json_numbers
from al_core.utils import KeypointInstancePrediction


def keypoint_instance(where: str, result: Mapping[str, Any]) -> KeypointInstancePrediction:
    """Return the keypoints of one object: x, y and confidence in turn, or with `keypoint_scores` beside them.

    Raises:
        FileFormatError: If they are not such numbers.
    """
    keypoints = result.get("keypoints")
    if not isinstance(keypoints, list):
        raise FileFormatError(f"{where} has no list 'keypoints'; give x, y and confidence in turn")
    values = json_numbers(where, keypoints, "keypoint value").tolist()
    confidences = result.get("keypoint_scores")
    if confidences is not None:
        if not isinstance(confidences, list) or 3 * len(confidences) != len(values):
            raise FileFormatError(f"{where}: expected {len(values) // 3} 'keypoint_scores', one per keypoint")
        # They replace the third number of each point, which is a visibility flag then.
        values[2::3] = json_numbers(where, confidences, "keypoint score").tolist()
    category = result.get("category_id")
    score = result.get("score", -1)
    if not isinstance(category, int) or isinstance(score, bool) or not isinstance(score, int | float):
        raise FileFormatError(f"{where}: expected a category_id and a score")
    try:
        return KeypointInstancePrediction(values, category, float(score))
    except InvalidInputError as error:
        raise FileFormatError(f"{where}: {error}; visibility flags are not confidences") from error
