"""OpenPose: one file per image, named after it, with the keypoints of each person."""

from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import NO_BOX, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import number_list


def _is_image(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("people"), list)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for person in record.content["people"]:
        keypoints = number_list(record.where, person.get("pose_keypoints_2d"), "pose_keypoints_2d")
        confidences = keypoints[2::3]
        objects.add(NO_BOX, sum(confidences) / max(len(confidences), 1), "person", keypoints=keypoints)


OPENPOSE = Tool(
    "openpose",
    "OpenPose",
    "What write_json saves, one JSON file per image: people with pose_keypoints_2d; a folder, zip or tar",
    (frozenset({"people", "pose_keypoints_2d"}),),
    _is_image,
    "an object with people",
    _add,
    ending="_keypoints.json",
)
