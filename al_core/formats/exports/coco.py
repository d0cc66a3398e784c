from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from al_core.formats.exports.rows import ExportRows, Need
from al_core.formats.predictions.annotations import Annotations, KeypointObject, Table


def write_coco(rows: ExportRows) -> bytes:
    """Return images, categories and annotations with scores as COCO has them: boxes or keypoints in pixels.

    Image and annotation ids count from 1. Category ids are those of the keypoints, otherwise they count from 1 in the
    order of the classes. A keypoint is visible (2) or absent (0); `keypoint_scores` has the confidences.

    Raises:
        MissingInputError: If there are no boxes or keypoints, or an image is not in the images folder.
    """
    annotations = rows.predicted(Need.OBJECTS)
    images = [
        {"id": position + 1, "file_name": name, "width": width, "height": height}
        for position, (name, (width, height)) in enumerate(zip(rows.filenames, rows.sizes, strict=True))
    ]
    objects = list(_keypoints(rows, annotations) if annotations.boxes is None else _boxes(rows, annotations.boxes))
    n_points = max((len(found.get("keypoint_scores", ())) for found in objects), default=0)
    points = [f"keypoint_{number}" for number in range(1, n_points + 1)]
    skeleton = {"keypoints": points, "skeleton": []} if annotations.boxes is None else {}
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
    columns = (boxes["row"] + 1, boxes["label"] + 1, boxes["score"].astype(float), extents)
    for number, (image, category, score, box) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True), 1
    ):
        about = {"id": number, "image_id": image, "category_id": category, "bbox": box, "area": box[2] * box[3]}
        yield about | {"segmentation": [], "iscrowd": 0, "score": score}


def _keypoints(rows: ExportRows, annotations: Annotations) -> Iterator[dict[str, Any]]:
    category_ids, number = _category_ids(annotations), 0
    for position, size in enumerate(rows.sizes):
        for found in annotations.keypoints_of(position, size):
            number += 1
            about = {"id": number, "image_id": position + 1, "category_id": category_ids[found.label]}
            yield about | _points(found) | {"iscrowd": 0, "score": found.score}


def _points(found: KeypointObject) -> dict[str, Any]:
    is_there = found.points[:, 2] > 0
    there = found.points[is_there, :2] if is_there.any() else np.zeros((1, 2))
    low, high = there.min(axis=0), there.max(axis=0)
    flags = np.column_stack([found.points[:, :2].round(3) * is_there[:, None], 2 * is_there])
    return {
        "keypoints": flags.ravel().tolist(),
        "keypoint_scores": found.points[:, 2].tolist(),
        "num_keypoints": int(is_there.sum()),
        "bbox": [*low.tolist(), *(high - low).tolist()],
        "area": float(np.prod(high - low)),
    }
