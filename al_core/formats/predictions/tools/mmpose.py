"""The predictions that MMPose's inferencer saves: the keypoints of each instance in an image."""

from collections.abc import Mapping
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import NO_BOX, ObjectColumns, number, number_list
from al_core.formats.predictions.tools.tool import Tool

_KEYS = frozenset({"keypoints", "keypoint_scores"})


def _is_image(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(entry, dict) and entry.keys() >= _KEYS for entry in content)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content:
        points = entry["keypoints"]
        confidences = number_list(record.where, entry["keypoint_scores"], "keypoint_scores")
        if not isinstance(points, list) or len(points) != len(confidences):
            raise FileFormatError(f"{record.where}: expected as many keypoints as keypoint_scores, {len(confidences)}")
        keypoints: list[float] = []
        for point, confidence in zip(points, confidences, strict=True):
            if not isinstance(point, list) or len(point) not in (2, 3):
                raise FileFormatError(f"{record.where}: a keypoint is x and y, found {point!a:.80}")
            keypoints += [*number_list(record.where, point[:2], "keypoints"), confidence]
        # Instances have no class: MMPose looks for persons, or for whatever its model was trained on.
        objects.add(NO_BOX, _score(record.where, entry, confidences), 0, keypoints=keypoints)


def _score(where: str, entry: Mapping[str, Any], confidences: list[float]) -> float:
    score = entry.get("bbox_score")
    if score is not None:
        return number(where, score, "bbox_score")
    return sum(confidences) / max(len(confidences), 1)


MMPOSE = Tool(
    "mmpose",
    "MMPose",
    "What the inferencer saves, one JSON file per image: instances with keypoints and keypoint_scores; or one file",
    (_KEYS,),
    _is_image,
    "a list of instances with keypoints and keypoint_scores",
    _add,
    other_keys=frozenset({"category_id", "image_id"}),
)
