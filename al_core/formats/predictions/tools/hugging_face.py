"""Pipelines of Hugging Face transformers for object detection."""

from typing import Any

from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import confidence_of, label_of, numbers


def _is_image(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(entry, dict) and "box" in entry for entry in content)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    for entry in record.content:
        objects.add(
            numbers(record.where, entry["box"], "xmin", "ymin", "xmax", "ymax"),
            confidence_of(record.where, entry, "score"),
            label_of(record.where, entry.get("label")),
        )


HUGGING_FACE = Tool(
    "hugging-face",
    "Hugging Face object detection",
    "What the pipeline returns for each image, in the order of the query set or by filename: score, label and box",
    (frozenset({"score", "label", "box", "xmin", "ymin"}),),
    _is_image,
    "a list of objects with score, label and box",
    _add,
)
