from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import orjson

from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations, KeypointObject, Table


def write_coco(rows: ExportRows) -> bytes:
    """Return images, categories and annotations with scores as COCO has them: boxes or keypoints in pixels.

    Image and annotation ids count from 1. Category ids are those of the keypoints, otherwise they count from 1 in the
    order of the classes. A keypoint is visible (2) or absent (0); `keypoint_scores` has the confidences.

    Raises:
        MissingInputError: If there are no boxes or keypoints, or an image is not in the images folder.
    """
    annotations = rows.predictions(Need.OBJECTS)
    images = [
        {"id": position + 1, "file_name": name, "width": width, "height": height}
        for position, (name, (width, height)) in enumerate(zip(rows.filenames, rows.sizes, strict=True))
    ]
    skeleton: dict[str, Any] = {}
    if annotations.boxes is None:
        objects = list(_keypoints(rows, annotations))
        n_points = max((len(entry["keypoint_scores"]) for entry in objects), default=0)
        skeleton = {"keypoints": [f"keypoint_{number}" for number in range(1, n_points + 1)], "skeleton": []}
    else:
        objects = list(_boxes(rows, annotations.boxes))
    categories = [
        {"id": number, "name": name} | skeleton
        for number, name in zip(_category_ids(annotations), annotations.class_names, strict=True)
    ]
    info = {"description": str(rows.metadata.get("tag", "")), "contributor": annotations.model}
    return orjson.dumps({"info": info, "images": images, "categories": categories, "annotations": objects})


def _category_ids(annotations: Annotations) -> list[int]:
    return list(annotations.category_ids) or list(range(1, len(annotations.class_names) + 1))


def _boxes(rows: ExportRows, boxes: Table) -> Iterator[dict[str, Any]]:
    sizes = np.array(rows.sizes, float).reshape(-1, 2)[boxes["row"]]
    corners = np.column_stack([boxes[corner] for corner in ("x0", "y0", "x1", "y1")]) * np.tile(sizes, 2)
    extents = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]]).round(3)
    # As columns and not box by box: a tag may have a million boxes.
    image_ids = (boxes["row"] + 1).tolist()
    category_ids = (boxes["label"] + 1).tolist()
    scores = boxes["score"].astype(float).tolist()
    columns = zip(image_ids, category_ids, scores, extents.tolist(), strict=True)
    for number, (image, category, score, box) in enumerate(columns, 1):
        yield {
            "id": number,
            "image_id": image,
            "category_id": category,
            "bbox": box,
            "area": box[2] * box[3],
            "segmentation": [],
            "iscrowd": 0,
            "score": score,
        }


def _keypoints(rows: ExportRows, annotations: Annotations) -> Iterator[dict[str, Any]]:
    category_ids = _category_ids(annotations)
    numbers = count(1)
    for position, size in enumerate(rows.sizes):
        for keypoints in annotations.keypoints_of(position, size):
            yield {
                "id": next(numbers),
                "image_id": position + 1,
                "category_id": category_ids[keypoints.label],
                **_points(keypoints),
                "iscrowd": 0,
                "score": keypoints.score,
            }


def _points(keypoints: KeypointObject) -> dict[str, Any]:
    coordinates = keypoints.points[:, :2]
    confidences = keypoints.points[:, 2]
    is_visible = confidences > 0
    # The box is that of the visible points; without any it is a point at 0, 0.
    visible = coordinates[is_visible] if is_visible.any() else np.zeros((1, 2))
    low = visible.min(axis=0)
    extent = visible.max(axis=0) - low
    flags = np.column_stack([coordinates.round(3) * is_visible[:, None], 2 * is_visible])
    return {
        "keypoints": flags.ravel().tolist(),
        "keypoint_scores": confidences.tolist(),
        "num_keypoints": int(is_visible.sum()),
        "bbox": [*low.tolist(), *extent.tolist()],
        "area": float(np.prod(extent)),
    }
