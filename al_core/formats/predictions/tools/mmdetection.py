"""The predictions that MMDetection's inferencer saves: parallel lists per image."""

from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import image_size, label_of, number_list


def _is_image(content: Any) -> bool:
    return isinstance(content, dict) and content.keys() >= {"labels", "scores", "bboxes"}


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    if record.content.get("masks"):
        objects.note(MASKS_NOT_READ)
    add_parallel_lists(objects, record, "bboxes")


def add_parallel_lists(objects: ObjectColumns, record: ImageRecord, key: str) -> None:
    """Add the objects of an image whose boxes, labels and scores are lists of the same length.

    Args:
        objects: What they are added to.
        record: The image, with `labels` and `scores`, perhaps with its `width` and `height`.
        key: Where the boxes are, x0, y0, x1, y1 each.

    Raises:
        FileFormatError: If lengths differ, or a value does not fit.
    """
    objects.set_size(image_size(record.content))
    boxes = record.content[key]
    labels = record.content["labels"]
    scores = number_list(record.where, record.content["scores"], "scores")
    are_lists = isinstance(boxes, list) and isinstance(labels, list)
    if not are_lists or not len(boxes) == len(labels) == len(scores):
        raise FileFormatError(f"{record.where}: expected as many {key} and labels as scores, which are {len(scores)}")
    for box, label, score in zip(boxes, labels, scores, strict=True):
        objects.add(number_list(record.where, box, key, 4), score, label_of(record.where, label))


MMDETECTION = Tool(
    "mmdetection",
    "MMDetection",
    "What the inferencer saves in preds, one JSON file per image: labels, scores and bboxes; a folder, zip or tar",
    (frozenset({"labels", "scores", "bboxes"}),),
    _is_image,
    "an object with labels, scores and bboxes",
    _add,
)
