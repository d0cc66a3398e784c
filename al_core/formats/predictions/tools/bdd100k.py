"""BDD100K: boxes by their corners in pixels, with the filename as `name`."""

from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import confidence_of, label_of, numbers


def _is_image(content: Any) -> bool:
    # An image without objects has null for its labels.
    return isinstance(content, dict) and "name" in content and isinstance(content.get("labels"), list | None)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content.get("labels") or []:
        if isinstance(entry, dict) and entry.get("box2d"):
            objects.add(
                numbers(record.where, entry["box2d"], "x1", "y1", "x2", "y2"),
                confidence_of(record.where, entry, "score"),
                label_of(record.where, entry.get("category")),
            )


BDD100K = Tool(
    "bdd100k",
    "BDD100K",
    "One record per image: name, and labels with category, score and box2d",
    (frozenset({"name", "labels", "category", "box2d"}),),
    _is_image,
    "a record with name and labels",
    _add,
)
