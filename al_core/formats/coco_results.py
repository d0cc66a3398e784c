"""COCO results: boxes or keypoints, one entry per object."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.coco_table import CocoTable, Ids, ids, numbers, read_fast, read_slowly
from al_core.formats.detection import Boxes, detection_predictions
from al_core.formats.predictions import KEYPOINTS, Predictions
from al_core.formats.text import BOM, read_json
from al_core.types import Rows
from al_core.utils import KeypointInstancePrediction, KeypointPrediction


def recognises_coco(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON that names `image_id` and `category_id`, or `images`."""
    start = head.removeprefix(BOM).lstrip()
    return start[:1] in (b"{", b"[") and (
        (b'"image_id"' in start and b'"category_id"' in start) or b'"images"' in start
    )


def read_coco(path: Path, images: Path | None = None) -> Predictions:
    """Return the boxes or keypoints of COCO results: `image_id`, `category_id`, `score` and `bbox` or `keypoints`.

    Args:
        path: The list of results, or an object that holds them as `annotations` beside `images` and `categories`.
        images: The annotation file with `images` (names and sizes) and `categories`; without it, `image_id` is taken as
            the filename.

    Raises:
        FileFormatError: Naming the first entry that does not fit.
    """
    table = read_fast(path)
    if table is not None:
        return _detections(path.name, table, read_json(images) if images else None)
    content = read_json(path)
    about = read_json(images) if images else content
    results = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise FileFormatError(f"{path.name}: expected a list of results, or an object that holds it as 'annotations'")
    if results and "keypoints" in results[0]:
        return _keypoints(path.name, results, about)
    return _detections(path.name, read_slowly(path.name, results), about)


def _detections(source: str, table: CocoTable, about: Any) -> Predictions:
    filenames, sizes, image = _images(source, table.images, about)
    class_names, labels = _categories(source, table.categories, about)
    corners = np.hstack([table.boxes[:, :2], table.boxes[:, :2] + table.boxes[:, 2:]])
    return detection_predictions(source, filenames, class_names, Boxes(image, corners, table.scores, labels), sizes)


def _keypoints(source: str, results: Sequence[Mapping[str, Any]], about: Any) -> Predictions:
    filenames, _, image = _images(source, ids(source, results, "image_id"), about)
    class_names, _ = _categories(source, ids(source, results, "category_id"), about)
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in filenames]
    for number, (position, result) in enumerate(zip(image.tolist(), results, strict=True)):
        instances[position].append(keypoint_instance(f"{source}, entry {number} counting from 0", result))
    return Predictions(filenames, class_names, [KeypointPrediction(found) for found in instances], KEYPOINTS)


def _images(source: str, image_ids: Ids, about: Any) -> tuple[list[str], NDArray[np.floating], Rows]:
    known = _listed(source, about, "images", "file_name")
    if known is None:
        known = {key: {"file_name": str(key)} for key in image_ids.different}
    if not known:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    position = {key: number for number, key in enumerate(known)}
    for key in image_ids.different:
        if key not in position:
            raise FileFormatError(
                f"{source}: image_id {key!a:.80} is not among the images; give the file that lists it"
            )
    sizes = [[_size(image.get("width")), _size(image.get("height"))] for image in known.values()]
    positions = np.array([position[key] for key in image_ids.different], dtype=np.int64)
    filenames = [str(image["file_name"]) for image in known.values()]
    return filenames, np.array(sizes, dtype=np.float64), positions[image_ids.position]


def _categories(source: str, category_ids: Ids, about: Any) -> tuple[list[str], Rows]:
    known = _listed(source, about, "categories", "name")
    if known is None:
        known = {
            key: {"name": f"class_{key}"}
            for key in sorted(category_ids.different, key=lambda key: (str(type(key)), key))
        }
    position = {key: number for number, key in enumerate(known)}
    positions = np.array([position.get(key, -1) for key in category_ids.different], dtype=np.int64)
    return [str(category["name"]) for category in known.values()], positions[category_ids.position]


def _listed(source: str, about: Any, key: str, name: str) -> dict[Any, Mapping[str, Any]] | None:
    """Return the entries of `images` or `categories` by id, or None if the file has no such list."""
    entries = about.get(key) if isinstance(about, dict) else None
    if entries is None:
        return None
    if not isinstance(entries, list):
        raise FileFormatError(f"{source}: {key!r} is no list")
    for number, entry in enumerate(entries):
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("id"), int | str)
            or not isinstance(entry.get(name), str)
        ):
            raise FileFormatError(f"{source}, {key}[{number}]: expected an 'id' and a text {name!r}")
    return {entry["id"]: entry for entry in entries}


def _size(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else np.nan


def keypoint_instance(where: str, result: Mapping[str, Any]) -> KeypointInstancePrediction:
    """Return the keypoints of one object, x, y and confidence in turn.

    Raises:
        FileFormatError: If they are no such numbers.
    """
    keypoints = result.get("keypoints")
    if not isinstance(keypoints, list):
        raise FileFormatError(f"{where} has no list 'keypoints'; give x, y and confidence in turn")
    values = numbers(where, keypoints, "keypoint value").tolist()
    category, score = result.get("category_id"), result.get("score", -1)
    if not isinstance(category, int | str) or isinstance(score, bool) or not isinstance(score, int | float):
        raise FileFormatError(f"{where}: expected a category_id and a score")
    try:
        return KeypointInstancePrediction(values, category if isinstance(category, int) else -1, float(score))
    except InvalidInputError as error:
        raise FileFormatError(f"{where}: {error}; visibility flags are no confidences") from error
