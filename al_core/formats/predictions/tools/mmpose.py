"""The predictions that MMPose's inferencer saves: the keypoints of each instance in an image."""

from collections.abc import Mapping
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import NO_BOX, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import label_of, number, number_list

_KEYS = frozenset({"keypoints", "keypoint_scores"})
_OF_OBJECT = {"keypoints": "keypoints", "keypoint_scores": "keypoint_scores", "bbox_score": "scores", "label": "labels"}
"""What each object has, and under which key an image has a list of it."""


def _is_image(content: Any) -> bool:
    if isinstance(content, dict):
        return content.keys() >= _KEYS and _are_of_objects(content["keypoint_scores"])
    return isinstance(content, list) and all(map(_is_object, content))


def _is_object(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() >= _KEYS and not _are_of_objects(entry["keypoint_scores"])


def _are_of_objects(confidences: Any) -> bool:
    """Return whether confidences are a list for each object, and not those of one object."""
    return isinstance(confidences, list) and all(isinstance(of_object, list) for of_object in confidences)


def _instances(where: str, content: Any) -> list[Mapping[str, Any]]:
    """Return the objects of an image: as they are in a list, or from lists of one length."""
    if isinstance(content, list):
        return content
    n_objects = len(content["keypoint_scores"])
    lists = {name: content[key] for name, key in _OF_OBJECT.items() if isinstance(content.get(key), list)}
    for name, values in lists.items():
        if len(values) != n_objects:
            raise FileFormatError(f"{where}: expected {n_objects} {_OF_OBJECT[name]!r}, one per object")
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in _instances(record.where, record.content):
        points = entry["keypoints"]
        confidences = number_list(record.where, entry["keypoint_scores"], "keypoint_scores")
        if not isinstance(points, list) or len(points) != len(confidences):
            raise FileFormatError(f"{record.where}: expected as many keypoints as keypoint_scores, {len(confidences)}")
        keypoints: list[float] = []
        for point, confidence in zip(points, confidences, strict=True):
            if not isinstance(point, list) or len(point) not in (2, 3):
                raise FileFormatError(f"{record.where}: a keypoint is x and y, found {point!a:.80}")
            keypoints += [*number_list(record.where, point[:2], "keypoints"), confidence]
        # Instances of MMPose have no class: it looks for persons, or for whatever its model was trained on.
        label = label_of(record.where, entry.get("label", 0))
        objects.add(NO_BOX, _score(record.where, entry, confidences), label, keypoints=keypoints)


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
