"""The predictions that MMDetection's inferencer saves: parallel lists per image."""

from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns, label_of, number_list
from al_core.formats.predictions.tools.tool import Tool


def _is_image(content: Any) -> bool:
    return isinstance(content, dict) and content.keys() >= {"labels", "scores", "bboxes"}


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    boxes = record.content["bboxes"]
    labels = record.content["labels"]
    scores = number_list(record.where, record.content["scores"], "scores")
    if not isinstance(boxes, list) or not isinstance(labels, list) or not len(boxes) == len(labels) == len(scores):
        raise FileFormatError(f"{record.where}: expected as many bboxes and labels as scores, which are {len(scores)}")
    if record.content.get("masks"):
        objects.note(MASKS_NOT_READ)
    for box, label, score in zip(boxes, labels, scores, strict=True):
        objects.add(number_list(record.where, box, "bboxes", 4), score, label_of(record.where, label))


MMDETECTION = Tool(
    "mmdetection",
    "MMDetection",
    "What the inferencer saves in preds, one JSON file per image: labels, scores and bboxes; a folder, zip or tar",
    (frozenset({"labels", "scores", "bboxes"}),),
    _is_image,
    "an object with labels, scores and bboxes",
    _add,
)
