"""Lightly's prediction folders: `schema.json` and one JSON file per image."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.progress import reported
from al_core.formats.files.records import check_category_ids, json_numbers
from al_core.formats.files.text import parse_json
from al_core.formats.files.tree import FileTree, announce_texts, open_tree, tree_names
from al_core.formats.predictions.box_layout import Layout
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
from al_core.formats.predictions.run_lengths import Mask, checked_run_lengths, run_length_map
from al_core.utils import KeypointPrediction

Objects = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Task:
    """The predictions of a folder before they are read as those of their task.

    Attributes:
        source: The name of the folder or archive.
        filenames: (M,) one per image.
        images: (M,) the objects of each image.
        categories: The name of each category by its id.
    """

    source: str
    filenames: list[str]
    images: list[Objects]
    categories: Mapping[int, str]

    @property
    def class_names(self) -> list[str]:
        return list(self.categories.values())

    def where(self, image: int) -> str:
        """Return the image, for messages."""
        return f"{self.source}, {self.filenames[image]}"


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
    not_images = {schemas[0], f"{folder}tasks.json"}
    names = [
        name for name in tree.names if name.startswith(folder) and name.endswith(".json") and name not in not_images
    ]
    if not names:
        raise FileFormatError(f"{tree.source} holds a schema but no predictions; expected one JSON file per image")
    announce_texts(tree, names)
    filenames: list[str] = []
    images: list[Objects] = []
    for name in reported(names):
        filename, objects = _image(tree, name)
        filenames.append(filename)
        images.append(objects)
    return _READ[task](_Task(tree.source, filenames, images, categories))


def _schema(tree: FileTree, name: str) -> tuple[str, dict[int, str]]:
    """Return the task and the name of each category by its id, in the order of the ids."""
    where = f"{tree.source}/{name}"
    schema = _json(tree, name)
    task = schema.get("task_type")
    # What is not a text may not even be a key.
    if not isinstance(task, str) or task not in _READ:
        raise FileFormatError(f"{where}: task_type is {task!a:.80}; expected one of {', '.join(_READ)}")
    categories = schema.get("categories")
    if not isinstance(categories, list) or not all(map(_is_category, categories)):
        raise FileFormatError(f"{where}: expected 'categories', a list with id and name")
    check_category_ids(where, categories)
    name_of_id = {entry["id"]: entry["name"] for entry in categories}
    return task, dict(sorted(name_of_id.items()))


def _is_category(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), int) and isinstance(entry.get("name"), str)


def _image(tree: FileTree, name: str) -> tuple[str, Objects]:
    content = _json(tree, name)
    filename = content.get("file_name")
    objects = content.get("predictions")
    if not isinstance(filename, str) or not is_list_of(objects, dict):
        raise FileFormatError(f"{tree.source}/{name}: expected 'file_name' and a list 'predictions'")
    return filename, objects


def _json(tree: FileTree, name: str) -> Mapping[str, Any]:
    try:
        content = parse_json(tree.read(name))
    except orjson.JSONDecodeError as error:
        raise FileFormatError(
            f"{tree.source}/{name}, line {error.lineno}: not JSON ({error.msg}); write it again"
        ) from error
    if not isinstance(content, dict):
        raise FileFormatError(f"{tree.source}/{name}: expected an object, found {type(content).__name__}")
    return content


def _classification(task: _Task) -> Predictions:
    probabilities = np.full((len(task.images), len(task.categories)), np.nan, dtype=np.float32)
    for image, objects in enumerate(task.images):
        if objects:
            # Lightly has one prediction per image for this task; its other tasks need the list.
            probabilities[image] = _distribution(task.where(image), objects[0], task.categories)
    return Predictions(task.filenames, task.class_names, probabilities)


def _distribution(where: str, entry: Mapping[str, Any], categories: Mapping[int, str]) -> NDArray[np.float32]:
    """Return the class probabilities of an object, or the score for its category and an equal share for the others."""
    probabilities = entry.get("probabilities")
    if probabilities is not None:
        if not isinstance(probabilities, list) or len(probabilities) != len(categories):
            raise FileFormatError(f"{where}: expected {len(categories)} probabilities, one per category")
        return json_numbers(where, probabilities, "probability")
    score = float(json_numbers(where, [entry.get("score")], "score")[0])
    category = _category(entry)
    if category not in categories:
        raise FileFormatError(f"{where}: category_id {entry.get('category_id')!a:.80} is not in the schema")
    return score_distribution(score, list(categories).index(category), len(categories))


def _detection(task: _Task) -> Predictions:
    entries = [entry for objects in task.images for entry in objects]
    n_objects = [len(objects) for objects in task.images]
    position = {category: number for number, category in enumerate(task.categories)}
    labels = [position.get(_category(entry), -1) for entry in entries]
    # A distribution that some boxes lack would have to be made up for them: then the scores of all count.
    probabilities: NDArray[np.float32] | None = None
    if entries and all("probabilities" in entry for entry in entries):
        probabilities = np.array([_distribution(task.source, entry, task.categories) for entry in entries])
    boxes = Boxes(
        np.repeat(np.arange(len(task.images)), n_objects),
        _coordinates(task.source, entries),
        json_numbers(task.source, [entry.get("score") for entry in entries], "score"),
        np.array(labels, dtype=np.int64),
        probabilities,
        Layout.EXTENT,
    )
    return detection_predictions(task.source, task.filenames, task.class_names, boxes)


def _coordinates(source: str, entries: Objects) -> NDArray[np.float32]:
    values: list[Any] = []
    for entry in entries:
        box = entry.get("bbox")
        if not isinstance(box, list) or len(box) != 4:
            raise FileFormatError(f"{source}: expected a bbox x, y, width, height; found {box!a:.80}")
        values += box
    return json_numbers(source, values, "bbox value").reshape(-1, 4)


def _category(entry: Mapping[str, Any]) -> int:
    category = entry.get("category_id")
    # What is not a number may not even be a key.
    return category if isinstance(category, int) else -1


def _keypoints(task: _Task) -> Predictions:
    outputs = [
        KeypointPrediction([keypoint_instance(task.where(image), entry) for entry in objects])
        for image, objects in enumerate(task.images)
    ]
    return Predictions(task.filenames, task.class_names, outputs, KEYPOINTS, category_ids=list(task.categories))


def _segmentation(task: _Task) -> Predictions:
    masks: list[list[Mask]] = [[] for _ in task.images]
    for image, objects in enumerate(task.images):
        where = task.where(image)
        for entry in objects:
            # Lightly's run lengths go line by line, unlike COCO's; scores do not depend on where a pixel is.
            runs = checked_run_lengths(where, entry.get("segmentation"))
            masks[image].append((runs, _distribution(where, entry, task.categories)))
    n_classes = len(task.categories)
    maps = Maps(len(masks), lambda image: run_length_map(task.filenames[image], masks[image], n_classes))
    return Predictions(task.filenames, task.class_names, maps, SEGMENTATION)


_READ: dict[str, Callable[[_Task], Predictions]] = {
    CLASSIFICATION: _classification,
    DETECTION: _detection,
    SEGMENTATION: _segmentation,
    KEYPOINTS: _keypoints,
}
