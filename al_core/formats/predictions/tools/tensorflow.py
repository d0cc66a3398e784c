"""What detectors of TensorFlow return, also from TensorFlow Serving, Hub and Lite: corners with y first."""

from collections.abc import Mapping, Sequence
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import most_like_filenames
from al_core.formats.files.json_values import is_list_of
from al_core.formats.join.finding import note
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import image_size, label_of, number, number_list

_BOXES = "detection_boxes"
_SCORES = "detection_scores"
_COUNT = "num_detections"
_NAMES = ("detection_class_entities", "detection_class_names")
_NUMBERS = ("detection_classes", "detection_class_labels")
_PER_IMAGE = (_BOXES, _SCORES, *_NAMES, *_NUMBERS, _COUNT)

_KEYPOINTS = note("keypoints-not-read", "The keypoints beside the boxes are not read", "scores come from the boxes")


def _is_image(content: Any) -> bool:
    if isinstance(content, list):
        # The answer about one image.
        return len(content) == 1 and _is_image(content[0])
    return isinstance(content, dict) and content.keys() >= {_BOXES, _SCORES}


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    content = record.content[0] if isinstance(record.content, list) else record.content
    images = _images(content)
    if len(images) > 1 and record.filename:
        raise FileFormatError(
            f"{record.where} holds {len(images):,} images under one name; name each, for example in a list 'filenames'"
        )
    filenames = _filenames(content, len(images)) or [record.filename] * len(images)
    for position, (filename, image) in enumerate(zip(filenames, images, strict=True)):
        if position:
            objects.begin_image(filename)
        objects.name_image(filename)
        _add_image(objects, record.where, image)


def _filenames(content: Mapping[str, Any], n_images: int) -> list[str]:
    lists = [key for key, value in content.items() if is_list_of(value, str) and len(value) == n_images > 1]
    best = most_like_filenames(lists)
    return [] if best is None else list(content[lists[best]])


def _images(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the images of a batch; most answers are about one image, with or without a dimension for it."""
    boxes = content[_BOXES]
    is_batch = isinstance(boxes, list) and any(isinstance(box, list) and is_list_of(box, list) for box in boxes)
    if not is_batch:
        return [content]
    others = {key: value for key, value in content.items() if key not in _PER_IMAGE}
    batches = {key: content[key] for key in _PER_IMAGE if isinstance(content.get(key), list)}
    n_images = len(boxes)
    return [
        others | {key: batch[image] for key, batch in batches.items() if len(batch) == n_images}
        for image in range(n_images)
    ]


def _add_image(objects: ObjectColumns, where: str, image: Mapping[str, Any]) -> None:
    objects.set_size(image_size(image))
    if "detection_masks" in image:
        objects.note(MASKS_NOT_READ)
    if "detection_keypoints" in image:
        objects.note(_KEYPOINTS)
    boxes = image[_BOXES]
    scores = number_list(where, image.get(_SCORES), _SCORES)
    labels = _labels(where, image, len(scores))
    if not isinstance(boxes, list) or not len(boxes) == len(scores) == len(labels):
        n_boxes = len(boxes) if isinstance(boxes, list) else 0
        raise FileFormatError(
            f"{where}: expected as many {_SCORES} and classes as {_BOXES}, which are {n_boxes}, "
            f"found {len(scores)} and {len(labels)}"
        )
    n_detections = _count(where, image.get(_COUNT), len(scores))
    for box, score, label in list(zip(boxes, scores, labels, strict=True))[:n_detections]:
        top, left, bottom, right = number_list(where, box, _BOXES, 4)
        # Lists are as long as those of other images, filled up with zeros.
        if score or any((top, left, bottom, right)):
            objects.add([left, top, right, bottom], score, label_of(where, label))


def _labels(where: str, image: Mapping[str, Any], n_scores: int) -> Sequence[Any]:
    key = next((key for key in (*_NAMES, *_NUMBERS) if isinstance(image.get(key), list)), None)
    if key is None:
        raise FileFormatError(f"{where}: expected {n_scores} {_NUMBERS[0]!r}, one per box, found none")
    labels: list[Any] = image[key]
    return labels


def _count(where: str, value: Any, n_boxes: int) -> int:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return n_boxes if value is None else int(number(where, value, _COUNT))


TENSORFLOW = Tool(
    "tensorflow",
    "TensorFlow detections",
    "What a detector of TensorFlow or TensorFlow Lite returns for each image, by filename, in a list or as the answer "
    "of a server: detection_boxes (y first), detection_scores and detection_classes",
    (frozenset({_BOXES, _SCORES}),),
    _is_image,
    f"an object with {_BOXES}, {_SCORES} and {_NUMBERS[0]}",
    _add,
)
