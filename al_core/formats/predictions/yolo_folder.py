"""YOLO text files, one per image, as Ultralytics writes them for all of its tasks."""

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.progress import reported
from al_core.formats.files.text import BOM, decode_utf8
from al_core.formats.files.tree import FileTree, announce_texts, open_tree, place_in, tree_names
from al_core.formats.files.yaml_text import MAX_YAML_BYTES, parse_yaml
from al_core.formats.names.class_names import checked_names, yaml_names
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import KEYPOINTS, Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.yolo_classes import CLASS_LINE, classes_of_lines
from al_core.formats.predictions.yolo_lines import TextObjects, read_objects
from al_core.utils import KeypointInstancePrediction, KeypointPrediction

_CLASS_FILES = ("classes.txt", "obj.names", "_darknet.labels")
_YAML_SUFFIXES = (".yaml", ".yml")
_NOT_DATA = ("args.yaml", "hyp.yaml", "opt.yaml")
"""What Ultralytics and YOLOv5 write about a run: it names no classes."""

_IMAGE_LISTS = ("train.txt", "val.txt", "test.txt")
_NOT_LABELS = (*_CLASS_FILES, *_IMAGE_LISTS, "readme.txt", "readme.roboflow.txt", "readme.dataset.txt")
_LINE = re.compile(rb"\d+(?:\s+-?\d+(?:\.\d*)?(?:e-?\d+)?){4,}")


def recognizes_yolo_folder(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds text files, or a text file has the numbers of an object."""
    if path.suffix.lower() == ".txt" and not path.is_dir():
        first = head.removeprefix(BOM).lstrip().partition(b"\n")[0].strip()
        return bool(_LINE.fullmatch(first) or CLASS_LINE.fullmatch(first.decode(errors="replace")))
    return bool(_label_files(tree_names(path, head)))


def read_yolo_folder(path: Path) -> Predictions | ScoreTable:
    """Return what a folder, zip or tar of text files holds, or one text file; images are named by their stems.

    A line has a class and a box (x and y of the center, width, height), a rotated box or an outline, with the
    confidence at the end, or a box with keypoints; or a probability and the name of a class. Classes are named by
    `classes.txt` or any YAML file with `names`. An image beside the text files, or in a list such as `val.txt`, that
    has no text file is one without objects.

    Raises:
        FileFormatError: Naming file and line of the first one that does not fit.
    """
    tree = open_tree(path)
    names = _label_files(tree.names)
    if not names:
        raise FileFormatError(f"{tree.source} holds no text files; expected one per image")
    announce_texts(tree, names)
    lines = [_lines(tree, name) for name in reported(names)]
    filenames = [_filename(name) for name in names]
    about = _about(tree)
    first = next((of_image[0] for of_image in lines if of_image), "")
    if not first:
        raise FileFormatError(
            f"{tree.source}: none of its {len(names):,} text files has an object; if people have annotated these "
            "images, add it as labels"
        )
    if CLASS_LINE.fullmatch(first.strip()):
        return classes_of_lines(tree.source, filenames, lines, about.class_names)
    return _objects(tree, names, filenames, lines, about)


def _label_files(names: list[str]) -> list[str]:
    texts = [name for name in names if name.lower().endswith(".txt")]
    return [name for name in texts if name.rpartition("/")[2].lower() not in _NOT_LABELS]


def _filename(name: str) -> str:
    # Ultralytics keeps images/train/a.jpg and labels/train/a.txt side by side.
    _, labels, inside = f"/{name}".rpartition("/labels/")
    return inside if labels else name


def _lines(tree: FileTree, name: str) -> list[str]:
    text = decode_utf8(tree.read(name), place_in(tree, name))
    return [line for line in text.splitlines() if line.strip()]


def _objects(
    tree: FileTree, names: list[str], filenames: list[str], lines: list[list[str]], about: "_About"
) -> Predictions:
    image: list[int] = []
    places: list[int] = []
    labels: list[int] = []
    numbers: list[list[float]] = []
    for position, of_image in enumerate(lines):
        for number, line in enumerate(of_image, start=1):
            label, values = _values(f"{place_in(tree, names[position])}, line {number}", line)
            image.append(position)
            places.append(number)
            labels.append(label)
            numbers.append(values)
    objects = read_objects(
        lambda line: f"{place_in(tree, names[image[line]])}, line {places[line]}", numbers, about.keypoint_shape
    )
    filenames = [*filenames, *_listed_images(tree, filenames)]
    class_names, positions = dense_labels(labels, about.class_names)
    if objects.keypoints is not None:
        return _with_keypoints(filenames, class_names, image, positions.tolist(), objects)
    boxes = Boxes(
        np.array(image, dtype=np.int64),
        objects.coordinates.astype(np.float32),
        objects.scores.astype(np.float32),
        positions,
        layout=objects.layout,
    )
    predictions = detection_predictions(tree.source, filenames, class_names, boxes)
    return replace(predictions, findings=(*objects.findings, *predictions.findings))


def _with_keypoints(
    filenames: list[str], class_names: list[str], image: list[int], labels: list[int], objects: TextObjects
) -> Predictions:
    assert objects.keypoints is not None
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in filenames]
    # Nothing to clip but rounding: Ultralytics' confidences come from a sigmoid.
    points = objects.keypoints.copy()
    points[..., 2] = points[..., 2].clip(0, 1)
    flat_points = points.reshape(len(points), -1).tolist()
    for position, label, score, values in zip(image, labels, objects.scores.tolist(), flat_points, strict=True):
        instances[position].append(KeypointInstancePrediction(values, label, score))
    outputs = [KeypointPrediction(of_image) for of_image in instances]
    return Predictions(filenames, class_names, outputs, KEYPOINTS, tuple(objects.findings))


def _values(where: str, line: str) -> tuple[int, list[float]]:
    """Return the class of a line and the numbers behind it."""
    cells = line.split()
    try:
        values = [float(cell) for cell in cells]
    except ValueError as error:
        raise FileFormatError(
            f"{where}: expected numbers, the class first and the confidence last, found {line[:80]!a}; correct it, or "
            "write a table with a row for each box"
        ) from error
    if not 0 <= values[0] < 2**31 or values[0] != int(values[0]):
        raise FileFormatError(f"{where}: the class is a whole number from 0, found {cells[0][:40]!a}")
    return int(values[0]), values[1:]


def _listed_images(tree: FileTree, filenames: list[str]) -> list[str]:
    """Return the images beside the text files, or in a list of images, that have no text file: they have no objects.

    Of images the folders count, and of lists those, in which some image has a text file: others were not predicted.
    """
    stems = {PurePosixPath(name).stem for name in filenames}
    groups: dict[str, list[str]] = {}
    for name in tree.names:
        if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES:
            groups.setdefault(str(PurePosixPath(name).parent), []).append(name)
        elif PurePosixPath(name).name.lower() in _IMAGE_LISTS:
            groups[name] = [line.strip() for line in _lines(tree, name)]
    listed: dict[str, str] = {}
    for images in groups.values():
        if any(PurePosixPath(name).stem in stems for name in images):
            listed |= {PurePosixPath(name).stem: name for name in images}
    return [name for stem, name in listed.items() if stem not in stems]


@dataclass(frozen=True)
class _About:
    """What the files beside the labels say.

    Attributes:
        class_names: (C,) the classes in order, or None.
        keypoint_shape: How many keypoints an object has and of how many numbers each, or None.
    """

    class_names: list[str] | None = None
    keypoint_shape: tuple[int, int] | None = None


def _about(tree: FileTree) -> _About:
    for name in tree.names:
        path = PurePosixPath(name.lower())
        source = place_in(tree, name)
        if path.name in _CLASS_FILES:
            return _About(_checked(decode_utf8(tree.read(name, MAX_YAML_BYTES), source).splitlines(), source))
        if path.suffix in _YAML_SUFFIXES and path.name not in _NOT_DATA:
            content = tree.read(name, MAX_YAML_BYTES)
            return _About(_checked(yaml_names(content, source), source), _keypoint_shape(parse_yaml(content, source)))
    return _About()


def _checked(names: list[str], source: str) -> list[str] | None:
    # Without any name the classes go by their numbers: an empty list would leave every box out.
    return checked_names(names, source) if any(name.strip() for name in names) else None


def _keypoint_shape(content: Any) -> tuple[int, int] | None:
    shape = content.get("kpt_shape") if isinstance(content, dict) else None
    if not isinstance(shape, list) or len(shape) != 2:
        return None
    # Values of YAML are read as text, and each reader decides which are numbers.
    if not all(isinstance(side, str) and side.isdecimal() and len(side) < 6 for side in shape):
        return None
    n_points = int(shape[0])
    n_numbers = int(shape[1])
    return (n_points, n_numbers) if n_points > 0 and n_numbers in (2, 3) else None
