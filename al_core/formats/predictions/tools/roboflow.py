"""Roboflow inference: boxes by their center in pixels, masks beside them, or keypoints."""

from collections.abc import Mapping
from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import around, confidence_of, image_size, label_of, numbers

_PIXELS = frozenset({"x", "y", "width", "height"})


def _is_image(content: Any) -> bool:
    if not isinstance(content, dict) or not isinstance(content.get("predictions"), list):
        return False
    return isinstance(content.get("image"), dict) or any(map(_is_object, content["predictions"]))


def _is_object(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() >= _PIXELS


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    objects.set_size(image_size(record.content.get("image")))
    for entry in record.content["predictions"]:
        x, y, width, height = numbers(record.where, entry, "x", "y", "width", "height")
        if "points" in entry:
            objects.note(MASKS_NOT_READ)
        image_path = entry.get("image_path")
        if isinstance(image_path, str):
            objects.name_image(image_path)
        objects.add(
            around(x, y, width, height),
            confidence_of(record.where, entry, "confidence"),
            label_of(record.where, entry.get("class", entry.get("class_id"))),
            class_number=entry.get("class_id"),
            keypoints=_keypoints(record.where, entry),
        )


def _keypoints(where: str, entry: Mapping[str, Any]) -> list[float] | None:
    points = entry.get("keypoints")
    if not isinstance(points, list):
        return None
    return [value for point in points for value in numbers(where, point, "x", "y", "confidence")]


ROBOFLOW = Tool(
    "roboflow",
    "Roboflow inference",
    "One response per image, in a list, by filename or in a file each: image with width and height, and predictions",
    (
        frozenset({"predictions", "x", "y", "width", "height", "confidence", "class"}),
        frozenset({"predictions", "image", "width", "height", "time"}),
    ),
    _is_image,
    "a response with image and predictions",
    _add,
    other_keys=frozenset({"top", "predicted_classes", "from_name", "coordinates"}),
)
