"""What detectors of torchvision return, and `post_process_object_detection` of transformers, saved as lists."""

from dataclasses import replace
from typing import Any

from al_core.formats.files.filename_rules import FILENAME_COLUMNS
from al_core.formats.join.finding import note
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.mmdetection import add_parallel_lists
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool

_KEYS = frozenset({"boxes", "labels", "scores"})
_GROUNDED = frozenset({"boxes", "text_labels", "scores"})
"""Of Grounding DINO and OWL-ViT, which may have the texts as `labels`, too."""

_KEYPOINTS = note(
    "keypoints-not-read",
    "The keypoints beside the boxes are not read",
    "torchvision's keypoint scores are not probabilities; scores come from the boxes. To score keypoints, write "
    "keypoint_scores from 0 to 1 beside them",
)


def _is_image(content: Any) -> bool:
    return isinstance(content, dict) and (content.keys() >= _KEYS or content.keys() >= _GROUNDED)


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    if isinstance(record.content.get("text_labels"), list):
        record = replace(record, content={**record.content, "labels": record.content["text_labels"]})
    add_parallel_lists(objects, record, "boxes")
    if "keypoints" in record.content:
        objects.note(_KEYPOINTS)
    if "masks" in record.content:
        objects.note(MASKS_NOT_READ)


TORCHVISION = Tool(
    "torchvision",
    "torchvision detections",
    "What a detector returns for each image, in the order of the query set or by filename: boxes, labels and scores",
    (_KEYS, _GROUNDED),
    _is_image,
    "an object with boxes, labels and scores",
    _add,
    # Records that name their images are JSON boxes, which may have class probabilities too.
    other_keys=frozenset(FILENAME_COLUMNS),
)
