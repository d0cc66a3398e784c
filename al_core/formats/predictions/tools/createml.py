"""Apple's Create ML: boxes by their center in pixels."""

from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import around, confidence_of, label_of, numbers


def _is_image(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    annotations = content.get("annotations", content.get("annotation"))
    return isinstance(annotations, list) and all(
        isinstance(entry, dict) and "coordinates" in entry for entry in annotations
    )


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content.get("annotations", record.content.get("annotation")):
        x, y, width, height = numbers(record.where, entry["coordinates"], "x", "y", "width", "height")
        objects.add(
            around(x, y, width, height),
            confidence_of(record.where, entry, "confidence", "score"),
            label_of(record.where, entry.get("label")),
        )


CREATEML = Tool(
    "createml",
    "Create ML",
    "One record per image: image, and annotations with label, confidence and coordinates x, y, width, height",
    (frozenset({"annotations", "label", "coordinates"}), frozenset({"annotation", "label", "coordinates"})),
    _is_image,
    "a record with image and annotations",
    _add,
)
