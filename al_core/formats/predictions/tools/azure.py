"""Azure Custom Vision: boxes relative to the image."""

from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import below, confidence_of, label_of, numbers


def _is_image(content: Any) -> bool:
    if not isinstance(content, dict) or not isinstance(content.get("predictions"), list):
        return False
    return all(isinstance(entry, dict) and "boundingBox" in entry for entry in content["predictions"])


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content["predictions"]:
        left, top, width, height = numbers(record.where, entry["boundingBox"], "left", "top", "width", "height")
        objects.add(
            below(left, top, width, height),
            confidence_of(record.where, entry, "probability"),
            label_of(record.where, entry.get("tagName")),
        )


AZURE = Tool(
    "azure",
    "Azure Custom Vision",
    "One response per image, in a list, by filename or in a file each: predictions with tagName and boundingBox",
    (frozenset({"predictions", "probability", "tagName", "boundingBox"}),),
    _is_image,
    "a response with predictions of tagName, probability and boundingBox",
    _add,
)
