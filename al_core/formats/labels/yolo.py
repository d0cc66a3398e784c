"""YOLO labels: one text file per image with boxes, polygons or keypoints, beside lists of images and class names."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.number_text import first_numbers
from al_core.formats.files.progress import reported
from al_core.formats.files.text import decode_utf8
from al_core.formats.files.tree import FileTree, announce_texts, open_tree, place_in, tree_names
from al_core.formats.files.yaml_text import MAX_YAML_BYTES, parse_yaml
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.labels import Labels
from al_core.formats.names.addresses import has_hash, image_name, without_hash
from al_core.formats.names.class_names import checked_names, yaml_names
from al_core.formats.predictions.yolo_lines import are_predicted
from al_core.text import counted

_CLASS_FILES = ("classes.txt", "obj.names", "_darknet.labels")
_YAML_FILES = ("data.yaml", "dataset.yaml", "data.yml")
_LIST_FILES = ("train.txt", "val.txt", "valid.txt", "test.txt", "autosplit_train.txt", "autosplit_val.txt")
_NOT_LABELS = (*_CLASS_FILES, *_LIST_FILES, "readme.txt", "readme.roboflow.txt", "readme.dataset.txt")
_RELATIVE: Size = (1, 1)
_VISIBILITIES = (0.0, 1.0, 2.0)
# Center x, center y, width and height.
_N_BOX = 4
_NUMBER = re.compile(rb"[-+]?[\d.]+(?:[eE][-+]?\d+)?")
_FILES_LOOKED_AT = 10
_MAX_BYTES = 2**20
"""A text file of one image is smaller."""


def recognizes_yolo(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds text files, or a text file has the numbers of an object."""
    if path.suffix.lower() == ".txt" and not path.is_dir():
        numbers = first_numbers(path, head)
        return numbers is not None and len(numbers) > _N_BOX and numbers[0] >= 0 and numbers[0].is_integer()
    files = _label_files(tree_names(path, head))
    return bool(files) and _have_numbers(open_tree(path), files)


def _have_numbers(tree: FileTree, files: Sequence[str]) -> bool:
    """Return whether one of the first text files begins with a number or a line of four, or all of them are empty."""
    filled = [name for name in files if 0 < tree.n_bytes(name) <= _MAX_BYTES][:_FILES_LOOKED_AT]
    return not filled or any(_begins_with_numbers(tree.read(name)) for name in filled)


def _begins_with_numbers(content: bytes) -> bool:
    words = content.lstrip().partition(b"\n")[0].split()
    are_numbers = [_NUMBER.fullmatch(word) is not None for word in words]
    return any(are_numbers[:1]) or sum(are_numbers) >= _N_BOX


def read_yolo(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of a folder, zip or tar of YOLO text files, or of one text file.

    A line is a class and a box, a polygon, or a box and keypoints. Classes are named by `classes.txt`, `obj.names` or
    `data.yaml`, images by a list such as `train.txt`, by the images beside the files, or by the files themselves. A
    listed image without text file, or with an empty one, may be one that nobody has looked at.

    Raises:
        FileFormatError: Naming file and line of the first one that does not fit.
    """
    tree = open_tree(path)
    files = _label_files(tree.names)
    if not files:
        raise FileFormatError(f"{tree.source} holds no text files; expected one per image")
    announce_texts(tree, files)
    labels = LabelCollector(path.name, choices)
    classes = _Classes(tree)
    labels.list_classes(classes.names)
    images = _Images(tree, files)
    lines = {name: decode_utf8(tree.read(name), place_in(tree, name)).splitlines() for name in files}
    _check_not_predicted(tree.source, list(lines.values()))
    for name in reported(files):
        _add(place_in(tree, name), name, lines[name], images, classes, labels)
    for filename in images.without_file():
        labels.leave_undecided(filename)
    return labels.finished()


def _check_not_predicted(source: str, lines: Sequence[Sequence[str]]) -> None:
    numbers = [line.split()[1:] for of_image in lines for line in of_image if line.strip()]
    try:
        values = [[float(cell) for cell in line] for line in numbers]
        is_predicted = bool(values) and are_predicted(values)
    except ValueError:
        # The line is named when it is read.
        return
    if is_predicted:
        raise FileFormatError(
            f"{source}: its lines have a confidence, or the number of a track, behind the box: this is what a model "
            "predicted and not what a person labeled; add it as predictions"
        )


def _add(
    source: str, name: str, lines: Sequence[str], images: "_Images", classes: "_Classes", labels: LabelCollector
) -> None:
    filename = images.name_of(name)
    objects = [
        _object(f"{source}, line {number}", line, classes) for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not objects:
        labels.leave_undecided(filename)
        return
    labels.annotate(filename, size=images.size_of(name), units=_RELATIVE)
    for entry in objects:
        if entry.polygon:
            labels.add_polygons(entry.name, [entry.polygon])
        else:
            labels.add_box(entry.name, entry.corners, keypoints=entry.keypoints)


@dataclass(frozen=True)
class _Object:
    name: str
    corners: Sequence[float] = ()
    polygon: Sequence[tuple[float, float]] = ()
    keypoints: Sequence[tuple[int, float, float, int]] = ()


def _object(where: str, line: str, classes: "_Classes") -> _Object:
    try:
        label, *values = [float(cell) for cell in line.split()]
    except ValueError as error:
        raise FileFormatError(f"{where}: expected a class and numbers, found {line[:80]!a}; correct it") from error
    if not 0 <= label < 2**31 or label != int(label):
        raise FileFormatError(f"{where}: the class is a whole number from 0, found {line.split(maxsplit=1)[0][:40]!a}")
    name = classes.name(where, int(label))
    # Class, box and one more: only save_conf writes that. A polygon has six numbers or more, and an even count.
    if len(values) == 5:
        raise FileFormatError(
            f"{where} has a confidence: this is what a model predicted and not what a person labeled; "
            "add it as predictions"
        )
    if len(values) < 4:
        raise FileFormatError(f"{where}: expected class, x, y, width and height, found {len(values) + 1} numbers")
    keypoints = _keypoints(where, values[4:], classes)
    if len(values) > 4 and keypoints is None:
        return _Object(name, polygon=list(zip(values[::2], values[1::2], strict=True)))
    x, y, width, height = values[:4]
    corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return _Object(name, corners, keypoints=keypoints or ())


def _keypoints(where: str, values: list[float], classes: "_Classes") -> list[tuple[int, float, float, int]] | None:
    """Return the keypoints behind a box, or None if the line is a polygon; data.yaml or the numbers tell."""
    n_values = classes.values_per_point
    is_triples = len(values) % 3 == 0 and all(flag in _VISIBILITIES for flag in values[2::3])
    if n_values is None and is_triples:
        n_values = 3
    if n_values is None:
        if len(values) % 2:
            raise FileFormatError(
                f"{where}: {len(values) + 5} numbers are neither a box, a polygon nor keypoints; if the last "
                "one is a confidence, these are predictions, otherwise add data.yaml"
            )
        return None
    if len(values) % n_values:
        raise FileFormatError(f"{where}: expected {n_values} numbers per keypoint (kpt_shape), found {len(values)}")
    keypoints = []
    for number, start in enumerate(range(0, len(values), n_values)):
        x, y, *rest = values[start : start + n_values]
        # Without a flag, a point in the upper left corner is one that is not labeled.
        flag = int(rest[0]) if rest else 2 * any((x, y))
        keypoints.append((number, x, y, flag))
    return keypoints


def _label_files(names: Sequence[str]) -> list[str]:
    texts = [name for name in names if name.lower().endswith(".txt")]
    return [name for name in texts if name.rpartition("/")[2].lower() not in _NOT_LABELS]


class _Classes:
    """The names of the classes and how many numbers a keypoint has, as the files beside the labels say."""

    def __init__(self, tree: FileTree) -> None:
        self.names: list[str] = []
        self.values_per_point: int | None = None
        for name in tree.names:
            base = name.rpartition("/")[2].lower()
            if base in _YAML_FILES:
                self._read_yaml(tree, name)
            elif base in _CLASS_FILES and not self.names:
                content = decode_utf8(tree.read(name, MAX_YAML_BYTES), place_in(tree, name)).splitlines()
                self.names = checked_names(content, place_in(tree, name)) if any(map(str.strip, content)) else []

    def _read_yaml(self, tree: FileTree, name: str) -> None:
        source = place_in(tree, name)
        content = tree.read(name, MAX_YAML_BYTES)
        names = yaml_names(content, source)
        self.names = self.names or (checked_names(names, source) if names else [])
        document = parse_yaml(content, source)
        shape = document.get("kpt_shape") if isinstance(document, dict) else None
        if isinstance(shape, list) and len(shape) == 2 and shape[1] in ("2", "3"):
            self.values_per_point = int(shape[1])

    def name(self, where: str, label: int) -> str:
        """Return the name of a class, its number if there are no names."""
        if not self.names:
            return str(label)
        if label >= len(self.names):
            n_names = counted(len(self.names), "class")
            raise FileFormatError(f"{where}: class {label}, but the file names {n_names}, from 0 on; name them all")
        return self.names[label]


class _Images:
    """The images of a tree, by the path of their text file without folders such as `labels` and without suffix."""

    def __init__(self, tree: FileTree, files: Sequence[str]) -> None:
        self._tree = tree
        self._of_stem: dict[str, str] = {}
        self._in_tree: dict[str, str] = {}
        for name in tree.names:
            if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES:
                self._in_tree[_stem(name)] = name
                self._of_stem.setdefault(_stem(name), _inside(name))
        for name in tree.names:
            if name.rpartition("/")[2].lower() in _LIST_FILES:
                lines = decode_utf8(tree.read(name), place_in(tree, name)).splitlines()
                # A list says how the images are called, whatever lies beside it.
                self._of_stem |= {_stem(line.strip()): _inside(line.strip()) for line in lines if line.strip()}
        stems = [_stem(name) for name in files]
        # Label Studio's names bear eight digits, which are not the image's: either all do or none.
        self._has_hashes = bool(stems) and all(has_hash(stem) for stem in stems)
        self._with_file = set(stems)

    def name_of(self, file: str) -> str:
        """Return the filename of the image of a text file."""
        name = self._of_stem.get(_stem(file), image_name(_inside(file)))
        return without_hash(name) if self._has_hashes else name

    def size_of(self, file: str) -> Size | None:
        """Return the size of the image of a text file, if it lies in the tree."""
        image = self._in_tree.get(_stem(file))
        return image_size(io.BytesIO(self._tree.read(image))) if image else None

    def without_file(self) -> list[str]:
        """Return the images that are listed but have no text file."""
        return [name for stem, name in self._of_stem.items() if stem not in self._with_file]


def _inside(name: str) -> str:
    """Return a path from behind the last folder that only says what is in it.

    Ultralytics keeps images/train/a.jpg and labels/train/a.txt side by side, Darknet obj_train_data/a.jpg and .txt.
    """
    parts = name.replace("\\", "/").split("/")
    places = [
        place
        for place, part in enumerate(parts[:-1])
        if part.lower() in ("images", "labels") or part.startswith("obj_")
    ]
    return "/".join(parts[places[-1] + 1 :]) if places else name


def _stem(name: str) -> str:
    inside = _inside(name)
    suffix = PurePosixPath(inside).suffix.lower()
    return inside[: -len(suffix)] if suffix == ".txt" or suffix in IMAGE_SUFFIXES else inside
