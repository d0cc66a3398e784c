import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from al_core.exceptions import InvalidInputError


@dataclass(frozen=True)
class KeypointInstancePrediction:
    """The K keypoints of one object.

    Attributes:
        keypoints: x, y and confidence of each keypoint in turn, 3 K numbers; confidences lie in [0, 1].
        category_id: The class of the object.
        score: Confidence of the whole prediction; scorers do not use it.

    Raises:
        InvalidInputError: If the numbers are not a multiple of three, or a confidence is out of range.

    Examples:
        >>> KeypointInstancePrediction([334, 534, 0.8, 456, 432, 0.1], category_id=3).get_confidences()
        [0.8, 0.1]
    """

    keypoints: Sequence[float]
    category_id: int = -1
    score: float = -1.0

    def __post_init__(self) -> None:
        # Numbers of numpy become Python's, so that a prediction can be stored as JSON.
        object.__setattr__(self, "keypoints", [float(value) for value in self.keypoints])
        if len(self.keypoints) % 3:
            raise InvalidInputError(
                f"keypoints are x, y, confidence in turn, a multiple of 3 numbers, not {len(self.keypoints)}"
            )
        for confidence in self.get_confidences():
            if not 0 <= confidence <= 1:
                raise InvalidInputError(f"a keypoint's confidence lies in 0 to 1, not {confidence}")

    @classmethod
    def from_dict(cls, dict_: Mapping[str, Any]) -> "KeypointInstancePrediction":
        """Return the prediction stored under the keys `keypoints`, `category_id` and `score`.

        Raises:
            InvalidInputError: If a key is missing.
        """
        missing = [key for key in ("keypoints", "category_id", "score") if key not in dict_]
        if missing:
            raise InvalidInputError(f"a keypoint prediction has no {', '.join(missing)}; it has {', '.join(dict_)}")
        return cls(dict_["keypoints"], dict_["category_id"], dict_["score"])

    def get_confidences(self) -> list[float]:
        """Return the K confidences."""
        return list(self.keypoints[2::3])


@dataclass(frozen=True)
class KeypointPrediction:
    """The keypoints of all objects in one image.

    Attributes:
        keypoint_instance_predictions: One entry per object.
    """

    keypoint_instance_predictions: Sequence[KeypointInstancePrediction]

    @classmethod
    def from_dicts(cls, dicts: Sequence[Mapping[str, Any]]) -> "KeypointPrediction":
        """Return the prediction of an image from one dictionary per object."""
        return cls([KeypointInstancePrediction.from_dict(dict_) for dict_ in dicts])

    @classmethod
    def from_json_string(cls, json_string: str) -> "KeypointPrediction":
        """Return the prediction of an image from a JSON list with one dictionary per object.

        Raises:
            InvalidInputError: If it is not JSON, or a key is missing.

        Examples:
            >>> text = '[{"keypoints": [23, 43, 0.5], "category_id": 0, "score": 0.9}]'
            >>> len(KeypointPrediction.from_json_string(text).keypoint_instance_predictions)
            1
        """
        try:
            dicts = json.loads(json_string)
        except json.JSONDecodeError as error:
            raise InvalidInputError(f"keypoint predictions are a JSON list with one object each: {error}") from error
        return cls.from_dicts(dicts)
