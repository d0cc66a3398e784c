"""Lightly's prediction folders: `schema.json` and one JSON file per image."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.records import json_numbers
from al_core.formats.files.tree import FileTree, open_tree, tree_names
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.keypoints import keypoint_instance
from al_core.formats.predictions.maps import Maps
from al_core.formats.predictions.predictions import (
    CLASSIFICATION,
    DETECTION,
    KEYPOINTS,
    SEGMENTATION,
    Predictions,
    score_distribution,
)
from al_core.formats.predictions.run_lengths import checked_run_lengths, run_length_map
from al_core.utils import KeypointPrediction

Objects = list[Mapping[str, Any]]


def recognizes_lightly_folder(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds a `schema.json`."""
    return any(name.rpartition("/")[2] == "schema.json" for name in tree_names(path, head))


def read_lightly_folder(path: Path) -> Predictions:
    """Return the predictions of one task in Lightly's layout, of any of the four task types.

    Raises:
        FileFormatError: Naming the file that does not fit; or if there are several tasks, their folders.
    """
    tree = open_tree(path)
    schemas = [name for name in tree.names if name.rpartition("/")[2] == "schema.json" and "metadata/" not in name]
    if len(schemas) != 1:
        raise FileFormatError(
            f"{tree.source} holds {len(schemas)} tasks: {', '.join(schemas[:10])}; give the folder of one"
        )
    folder = schemas[0].removesuffix("schema.json")
    task, categories = _schema(tree, schemas[0])
    others = [name for name in tree.names if name.startswith(folder) and name.endswith(".json") and name != schemas[0]]
    images = [_image(tree, name) for name in reported([name for name in others if name != f"{folder}tasks.json"])]
    if not images:
        raise FileFormatError(f"{tree.source} holds a schema but no predictions; expected one JSON file per image")
    return _READ[task](tree.source, [name for name, _ in images], [found for _, found in images], categories)


def _schema(tree: FileTree, name: str) -> tuple[str, dict[int, str]]:
    where, schema = f"{tree.source}/{name}", _json(tree, name)
    task = schema.get("task_type")
    if task not in _READ:
        raise FileFormatError(f"{where}: task_type is {task!a:.80}; expected one of {', '.join(_READ)}")
    categories = schema.get("categories")
    if not isinstance(categories, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), int) and isinstance(entry.get("name"), str)
        for entry in categories
    ):
        raise FileFormatError(f"{where}: expected 'categories', a list with id and name")
    return task, {entry["id"]: entry["name"] for entry in sorted(categories, key=lambda entry: entry["id"])}


def _image(tree: FileTree, name: str) -> tuple[str, Objects]:
    content = _json(tree, name)
    filename, objects = content.get("file_name"), content.get("predictions")
    if not isinstance(filename, str) or not isinstance(objects, list) or not all(isinstance(o, dict) for o in objects):
        raise FileFormatError(f"{tree.source}/{name}: expected 'file_name' and a list 'predictions'")
    return filename, objects


def _json(tree: FileTree, name: str) -> Mapping[str, Any]:
    try:
        content = orjson.loads(tree.read(name))
    except orjson.JSONDecodeError as error:
        raise FileFormatError(
            f"{tree.source}/{name}, line {error.lineno}: not JSON ({error.msg}); write it again"
        ) from error
    if not isinstance(content, dict):
        raise FileFormatError(f"{tree.source}/{name}: expected an object, found {type(content).__name__}")
    return content


def _classification(
    source: str, filenames: list[str], images: Sequence[Objects], categories: Mapping[int, str]
) -> Predictions:
    rows = [
        _distribution(f"{source}, {filename}", found[0], categories) if found else np.full(len(categories), np.nan)
        for filename, found in zip(filenames, images, strict=True)
    ]
    return Predictions(filenames, list(categories.values()), np.array(rows, dtype=np.float32))


def _distribution(where: str, found: Mapping[str, Any], categories: Mapping[int, str]) -> NDArray[np.float32]:
    """Return the class probabilities of an object, or the score for its category and an equal share for the others."""
    given = found.get("probabilities")
    if given is not None:
        if not isinstance(given, list) or len(given) != len(categories):
            raise FileFormatError(f"{where}: expected {len(categories)} probabilities, one per category")
        return json_numbers(where, given, "probability")
    score = float(json_numbers(where, [found.get("score")], "score")[0])
    if found.get("category_id") not in categories:
        raise FileFormatError(f"{where}: category_id {found.get('category_id')!a:.80} is not in the schema")
    return score_distribution(score, list(categories).index(found["category_id"]), len(categories))


def _detection(
    source: str, filenames: list[str], images: Sequence[Objects], categories: Mapping[int, str]
) -> Predictions:
    objects = [(image, found) for image, objects in enumerate(images) for found in objects]
    position = {key: number for number, key in enumerate(categories)}
    corners = json_numbers(
        source, [value for _, found in objects for value in _box(source, found)], "bbox value"
    ).reshape(-1, 4)
    corners[:, 2:] += corners[:, :2]
    has_probabilities = bool(objects) and all("probabilities" in found for _, found in objects)
    boxes = Boxes(
        np.array([image for image, _ in objects], dtype=np.int64),
        corners,
        json_numbers(source, [found.get("score") for _, found in objects], "score"),
        np.array([position.get(_hashable(found.get("category_id")), -1) for _, found in objects], dtype=np.int64),
        np.array([_distribution(source, found, categories) for _, found in objects]) if has_probabilities else None,
    )
    return detection_predictions(source, filenames, list(categories.values()), boxes)


def _box(source: str, found: Mapping[str, Any]) -> list[Any]:
    box = found.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise FileFormatError(f"{source}: expected a bbox x, y, width, height; found {box!a:.80}")
    return box


def _hashable(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _keypoints(
    source: str, filenames: list[str], images: Sequence[Objects], categories: Mapping[int, str]
) -> Predictions:
    outputs = [
        KeypointPrediction([keypoint_instance(f"{source}, {filename}", found) for found in objects])
        for filename, objects in zip(filenames, images, strict=True)
    ]
    return Predictions(filenames, list(categories.values()), outputs, KEYPOINTS, category_ids=list(categories))


def _segmentation(
    source: str, filenames: list[str], images: Sequence[Objects], categories: Mapping[int, str]
) -> Predictions:
    masks = [
        [
            (checked_run_lengths(where, found.get("segmentation")), _distribution(where, found, categories))
            for found in objects
        ]
        for objects, where in zip(images, [f"{source}, {filename}" for filename in filenames], strict=True)
    ]
    maps = Maps(len(masks), lambda image: run_length_map(filenames[image], masks[image], len(categories)))
    return Predictions(filenames, list(categories.values()), maps, SEGMENTATION)


_READ = {
    CLASSIFICATION: _classification,
    DETECTION: _detection,
    SEGMENTATION: _segmentation,
    KEYPOINTS: _keypoints,
}
