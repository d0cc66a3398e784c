import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from al_core.exceptions import InvalidInputError
from al_core.utils.library_objects import as_array, attribute, keypoint_rows


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
        object.__setattr__(self, "keypoints", _numbers(self.keypoints))
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

    Raises:
        InvalidInputError: If one of them is something else than a `KeypointInstancePrediction`.
    """

    keypoint_instance_predictions: Sequence[KeypointInstancePrediction]

    def __post_init__(self) -> None:
        for position, instance in enumerate(self.keypoint_instance_predictions):
            if not isinstance(instance, KeypointInstancePrediction):
                raise InvalidInputError(
                    f"a KeypointPrediction has one KeypointInstancePrediction per object, and object {position} is "
                    f"{type(instance).__name__}; from_dicts, from_ultralytics and others read what models return"
                )

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

    @classmethod
    def from_supervision(cls, key_points: Any) -> "KeypointPrediction":
        """Return the prediction of a `KeyPoints` of supervision.

        Args:
            key_points: With the attributes `xy`, the confidence of each point and `class_id`.

        Raises:
            InvalidInputError: If the points have no confidences.
        """
        xy = attribute(key_points, "xy", "a KeyPoints of supervision")
        # Newer versions tell the confidence of points from that of objects by their names.
        name = "keypoint_confidence" if hasattr(key_points, "keypoint_confidence") else "confidence"
        rows = keypoint_rows(xy, getattr(key_points, name))
        return cls._from_rows(rows, key_points.class_id, getattr(key_points, "detection_confidence", None))

    @classmethod
    def from_ultralytics(cls, result: Any) -> "KeypointPrediction":
        """Return the prediction of a `Results` of Ultralytics, of a model for poses.

        Args:
            result: One entry of what a YOLO model returns: with `keypoints` and `boxes`.

        Raises:
            InvalidInputError: If it has no keypoints, or these have no confidences.
        """
        keypoints = attribute(result, "keypoints", "a Results of Ultralytics")
        if keypoints is None:
            raise InvalidInputError("the Results of Ultralytics has no keypoints; it is of a model for another task")
        boxes = result.boxes
        return cls._from_rows(keypoint_rows(keypoints.xy, keypoints.conf), boxes.cls, boxes.conf)

    @classmethod
    def from_hugging_face(cls, poses: Sequence[Mapping[str, Any]]) -> "KeypointPrediction":
        """Return the prediction of what `post_process_pose_estimation` of transformers returns for one image.

        Args:
            poses: One dictionary per object with `keypoints`, (K, 2), and `scores`, (K,).

        Raises:
            InvalidInputError: If a confidence is out of range.

        Examples:
            >>> pose = {"keypoints": [[10, 20], [30, 40]], "scores": [0.5, 0.25]}
            >>> KeypointPrediction.from_hugging_face([pose]).keypoint_instance_predictions[0].keypoints
            [10.0, 20.0, 0.5, 30.0, 40.0, 0.25]
        """
        rows: list[list[float]] = []
        for pose in poses:
            rows += keypoint_rows([as_array(pose["keypoints"])], [as_array(pose["scores"])])
        return cls._from_rows(rows, None, None)

    @classmethod
    def _from_rows(cls, rows: Sequence[Sequence[float]], labels: Any, scores: Any) -> "KeypointPrediction":
        classes = [0] * len(rows)
        if labels is not None:
            classes = as_array(labels).astype(int).tolist()
        # -1 stands for an object without a confidence of its own.
        confidences = [-1.0] * len(rows)
        if scores is not None:
            confidences = as_array(scores).astype(float).tolist()
        instances = zip(rows, classes, confidences, strict=True)
        return cls([KeypointInstancePrediction(row, label, score) for row, label, score in instances])


def _numbers(keypoints: Sequence[float]) -> list[float]:
    try:
        return [float(value) for value in keypoints]
    # Of a row of a tensor PyTorch raises RuntimeError.
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidInputError(
            "keypoints are x, y, confidence in turn, 3 K numbers in one list; of points of shape (K, 3) give "
            f"numpy.ravel(points): {error}"
        ) from error
