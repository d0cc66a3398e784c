"""Training labels as COCO: boxes, keypoints or masks in pixels."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import orjson

from al_core.formats.exports.mask_forms import extent_of
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.predictions.object_masks import runs_of
from al_core.formats.predictions.predictions import KEYPOINTS, SEGMENTATION
from al_core.formats.predictions.run_lengths import packed_run_lengths
from al_core.formats.training.sheet import LabeledObject, TrainingSheet

# Thousandths of a pixel: 32 bits hold no more of a large image.
_DIGITS = 3


def write_coco(sheet: TrainingSheet) -> bytes:
    """Return images, categories and annotations; all ids count from 1.

    A mask is that of all pixels of a class on an image, as run lengths: labels are kept as maps of classes.

    Raises:
        MissingInputError: If the size of an image is unknown.
    """
    sizes = sheet.pixel_sizes()
    annotations = _masks(sheet) if sheet.task == SEGMENTATION else _objects(sheet, sizes)
    file = {
        "images": list(_images(sheet, sizes)),
        # Ids from 1, as COCO's own: many tools keep 0 for the background.
        "categories": [
            {"id": number, "name": name, **_skeleton(sheet)} for number, name in enumerate(sheet.class_names, 1)
        ],
        "annotations": list(annotations),
    }
    return orjson.dumps(file)


def _images(sheet: TrainingSheet, sizes: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for number, (name, size) in enumerate(zip(sheet.filenames, sizes, strict=True), 1):
        width, height = size
        yield {"id": number, "file_name": name, "width": width, "height": height}


def _skeleton(sheet: TrainingSheet) -> dict[str, Any]:
    if sheet.task != KEYPOINTS:
        return {}
    return {"keypoints": [f"keypoint_{number}" for number in range(1, sheet.n_points + 1)], "skeleton": []}


def _objects(sheet: TrainingSheet, sizes: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    numbers = count(1)
    for image, (size, objects) in enumerate(zip(sizes, sheet.objects(), strict=True), 1):
        for labeled in objects:
            yield {"id": next(numbers), "image_id": image, "category_id": labeled.label + 1, **_object(labeled, size)}


def _object(labeled: LabeledObject, size: tuple[int, int]) -> dict[str, Any]:
    left, top, right, bottom = np.multiply(labeled.corners, [*size, *size])
    box = np.round([left, top, right - left, bottom - top], _DIGITS).tolist()
    # Evaluators sort objects into small, medium and large ones by their area.
    area = round(box[2] * box[3], _DIGITS)
    entry = {"bbox": box, "area": area, "segmentation": [], "iscrowd": 0}
    if not len(labeled.points):
        return entry
    points = np.round(labeled.points * [*size, 1], _DIGITS)
    keypoints: list[float] = []
    for x, y, flag in points.tolist():
        keypoints += [x, y, int(flag)]
    return entry | {"keypoints": keypoints, "num_keypoints": int((points[:, 2] > 0).sum())}


def _masks(sheet: TrainingSheet) -> Iterator[dict[str, Any]]:
    numbers = count(1)
    for image in range(len(sheet.labels)):
        label_map = sheet.label_map(image)
        if label_map is None:
            continue
        for label in np.unique(label_map[label_map != NO_CLASS]).tolist():
            pixels = label_map == label
            # `iscrowd` is 0 although there are run lengths: 1 would leave the mask out of the evaluation.
            yield {
                "id": next(numbers),
                "image_id": image + 1,
                "category_id": label + 1,
                "segmentation": {"size": list(pixels.shape), "counts": packed_run_lengths(runs_of(pixels))},
                "bbox": list(extent_of(pixels)),
                "area": int(pixels.sum()),
                "iscrowd": 0,
            }
