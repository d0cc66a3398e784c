from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import orjson

from al_core.formats.exports.mask_forms import extent_of
from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations, KeypointObject
from al_core.formats.predictions.stored_tables import Table


def write_coco(rows: ExportRows) -> bytes:
    """Return images, categories and annotations with scores as COCO has them: boxes, keypoints or masks in pixels.

    Image and annotation ids count from 1. Category ids are those of the file that the predictions came from, otherwise
    they count from 1 in the order of the classes, as do keypoints without names. A keypoint is visible (2) or absent
    (0); `keypoint_scores` has the confidences. A mask is that of an object or, from a probability map, of all pixels of
    a class, with their mean probability as score.

    Raises:
        MissingInputError: If there are no boxes, keypoints or masks, or an image is not in the images folder.
    """
    annotations = rows.predictions(Need.OBJECTS)
    objects = list(_objects(rows, annotations))
    file = {
        "info": {
            "description": str(rows.metadata.get("tag", "")),
            "contributor": annotations.model,
            # Tells our own reader to read the masks and not the boxes around them.
            "task": annotations.task,
        },
        "images": list(_images(rows)),
        "categories": _categories(annotations, objects),
        "annotations": objects,
    }
    return orjson.dumps(file)


def _images(rows: ExportRows) -> Iterator[dict[str, Any]]:
    for number, (name, size) in enumerate(zip(rows.filenames, rows.sizes, strict=True), start=1):
        width, height = size
        yield {"id": number, "file_name": name, "width": width, "height": height}


def _objects(rows: ExportRows, annotations: Annotations) -> Iterator[dict[str, Any]]:
    if annotations.objects is not None:
        return _masks(rows, annotations)
    if annotations.boxes is not None:
        return _boxes(rows, annotations, annotations.boxes)
    return _keypoints(rows, annotations)


def _categories(annotations: Annotations, objects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    # Every object of a category has as many points in a good file; of a bad one, none may be without a name.
    n_points = max((len(entry.get("keypoint_scores", ())) for entry in objects), default=0)
    categories: list[dict[str, Any]] = []
    named_ids = zip(_category_ids(annotations), annotations.class_names, strict=True)
    for label, (category_id, name) in enumerate(named_ids):
        skeleton = {} if annotations.keypoints is None else _skeleton(annotations, label, n_points)
        categories.append({"id": category_id, "name": name, **skeleton})
    return categories


def _skeleton(annotations: Annotations, label: int, n_points: int) -> dict[str, Any]:
    """Return the names of a category's keypoints and which of them are joined; numbers without names."""
    names = annotations.keypoint_names[label] if label < len(annotations.keypoint_names) else ()
    skeleton = annotations.skeletons[label] if label < len(annotations.skeletons) else ()
    numbered = [f"keypoint_{number}" for number in range(1, n_points + 1)]
    # COCO counts the ends of an edge from 1, and so does what was read.
    return {"keypoints": list(names or numbered), "skeleton": [list(edge) for edge in skeleton]}


def _category_ids(annotations: Annotations) -> list[int]:
    """Return the number of each class: that of the file it came from, or the next one that is free, from 1 on."""
    # Whoever merges the file with the annotations that it came from counts on the same numbers there.
    numbers = list(annotations.category_ids)
    n_unnumbered = len(annotations.class_names) - len(numbers)
    first = max(numbers, default=0) + 1
    return numbers + list(range(first, first + n_unnumbered))


def _boxes(rows: ExportRows, annotations: Annotations, boxes: Table) -> Iterator[dict[str, Any]]:
    # As columns and not box by box: a tag may have a million boxes.
    sizes = np.array(rows.sizes, float).reshape(-1, 2)
    size_of_box = sizes[boxes["row"]]
    low = np.column_stack([boxes["x0"], boxes["y0"]]) * size_of_box
    high = np.column_stack([boxes["x1"], boxes["y1"]]) * size_of_box
    # Thousandths of a pixel: 32 bits hold no more of a large image.
    extents = np.hstack([low, high - low]).round(3)
    image_ids = (boxes["row"] + 1).tolist()
    category_ids = np.array(_category_ids(annotations), np.int64)[boxes["label"]].tolist()
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
            # Evaluators leave crowds out.
            "iscrowd": 0,
            "score": score,
        }


def _masks(rows: ExportRows, annotations: Annotations) -> Iterator[dict[str, Any]]:
    category_ids = _category_ids(annotations)
    numbers = count(1)
    for position, size in enumerate(rows.sizes):
        for mask in annotations.objects_of(position, size):
            pixels = mask.pixels()
            yield {
                "id": next(numbers),
                "image_id": position + 1,
                "category_id": category_ids[mask.label],
                "segmentation": {"size": [mask.height, mask.width], "counts": mask.counts},
                "bbox": [*extent_of(pixels)],
                "area": int(pixels.sum()),
                "iscrowd": 0,
                "score": mask.score,
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
    # COCO has a point that is not there at 0, 0 with the flag 0, and one that is seen with the flag 2.
    flags = np.column_stack([coordinates.round(3) * is_visible[:, None], 2 * is_visible])
    return {
        "keypoints": flags.ravel().tolist(),
        "keypoint_scores": confidences.tolist(),
        "num_keypoints": int(is_visible.sum()),
        "bbox": [*low.tolist(), *extent.tolist()],
        "area": float(np.prod(extent)),
    }
