"""COCO results: boxes or keypoints, one entry per object."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError, InvalidInputError
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
    content = read_json(path)
    about = read_json(images) if images else content
    results = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise FileFormatError(f"{path.name}: expected a list of results, or an object that holds it as 'annotations'")
    filenames, sizes, image = _images(path.name, results, about)
    class_names, labels = _categories(path.name, results, about)
    if results and "keypoints" in results[0]:
        return _keypoints(path.name, filenames, class_names, image, results)
    boxes = Boxes(image, _corners(path.name, results), _scores(path.name, results), labels)
    return detection_predictions(path.name, filenames, class_names, boxes, sizes)


def _images(
    source: str, results: Sequence[Mapping[str, Any]], about: Any
) -> tuple[list[str], NDArray[np.floating], Rows]:
    ids = _column(source, results, "image_id")
    known = _listed(source, about, "images", "file_name")
    if known is None:
        known = {key: {"file_name": str(key)} for key in dict.fromkeys(ids)}
    position = {key: number for number, key in enumerate(known)}
    unknown = next((key for key in ids if key not in position), None)
    if unknown is not None:
        raise FileFormatError(
            f"{source}: image_id {unknown!a:.80} is not among the images; give the file that lists it"
        )
    if not known:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    sizes = [[_size(image.get("width")), _size(image.get("height"))] for image in known.values()]
    image_of = np.fromiter(map(position.__getitem__, ids), dtype=np.int64, count=len(ids))
    return [str(image["file_name"]) for image in known.values()], np.array(sizes, dtype=np.float64), image_of


def _categories(source: str, results: Sequence[Mapping[str, Any]], about: Any) -> tuple[list[str], Rows]:
    ids = _column(source, results, "category_id")
    known = _listed(source, about, "categories", "name")
    if known is None:
        known = {key: {"name": f"class_{key}"} for key in sorted(set(ids), key=str)}
    position = {key: number for number, key in enumerate(known)}
    labels = np.fromiter((position.get(key, -1) for key in ids), dtype=np.int64, count=len(ids))
    return [str(category["name"]) for category in known.values()], labels


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


def _column(source: str, results: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    values = [result.get(key) for result in results]
    for number, value in enumerate(values):
        if not isinstance(value, int | str):
            raise FileFormatError(f"{source}, entry {number} counting from 0 has no {key!r}; give its number or name")
    return values


def _scores(source: str, results: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    return numbers(source, [result.get("score") for result in results], "score")


def _corners(source: str, results: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    boxes = [result.get("bbox") for result in results]
    for number, box in enumerate(boxes):
        if not isinstance(box, list) or len(box) != 4:
            raise FileFormatError(f"{source}, entry {number} counting from 0: expected a bbox x, y, width, height")
    flat = numbers(source, [value for box in boxes if box for value in box], "bbox value").reshape(-1, 4)
    flat[:, 2:] += flat[:, :2]
    return flat


def numbers(source: str, values: Sequence[Any], noun: str) -> NDArray[np.float32]:
    """Return JSON numbers as float32.

    Raises:
        FileFormatError: Naming the first value that is no number.
    """
    for number, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FileFormatError(f"{source}, {noun} {number} counting from 0: expected a number, found {value!a:.80}")
    with np.errstate(over="ignore"):
        return np.array([float(value) for value in values], dtype=np.float32)


def _keypoints(
    source: str,
    filenames: list[str],
    class_names: list[str],
    image: Rows,
    results: Sequence[Mapping[str, Any]],
) -> Predictions:
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in filenames]
    for number, (position, result) in enumerate(zip(image.tolist(), results, strict=True)):
        instances[position].append(keypoint_instance(f"{source}, entry {number} counting from 0", result))
    return Predictions(filenames, class_names, [KeypointPrediction(found) for found in instances], KEYPOINTS)


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
