"""CVAT for images 1.1: one XML file with an element per image, alone or in a zip beside the images."""

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.reader import HEAD_BYTES, check_file
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import announce_texts, open_tree, tree_names
from al_core.formats.files.xml_tree import parse_xml
from al_core.formats.labels.collector import LabelCollector, Point
from al_core.formats.labels.entries import HIDDEN, VISIBLE
from al_core.formats.labels.first_file import start_of_first
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.painting import ellipse
from al_core.formats.labels.times import seconds_since_1970
from al_core.formats.labels.xml_values import attribute, size_from
from al_core.formats.predictions.run_lengths import MAX_PIXELS

_ABOUT = ("job", "task", "project")
_FILE = "annotations.xml"


def recognizes_cvat(path: Path, head: bytes) -> bool:
    """Return whether a file begins with CVAT's XML, or a folder or archive holds `annotations.xml`."""
    names = tree_names(path, head)
    if not names:
        return _begins_as_cvat(head)
    return bool(_files(names)) or _begins_as_cvat(start_of_first(path, names, ".xml"))


def read_cvat(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the boxes, polygons, masks, points and tags of CVAT's XML, whose images name their size.

    Raises:
        FileFormatError: If it is of a video, or naming the first image that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for where, content in _documents(path):
        document = _Document(where, labels)
        root = parse_xml(content, where, take={"meta": document.begin, "image": document.add, "track": document.refuse})
        if root.tag != "annotations":
            raise FileFormatError(f"{where} begins with <{root.tag[:40]}>; expected <annotations>, CVAT for images 1.1")
    return labels.finished()


def _begins_as_cvat(content: bytes) -> bool:
    start = content.removeprefix(BOM).lstrip()
    return start.startswith(b"<") and b"<annotations>" in start[:HEAD_BYTES]


def _files(names: list[str]) -> list[str]:
    # A project has a folder with such a file for each of its tasks.
    return [name for name in names if name.rpartition("/")[2].lower() == _FILE]


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    if not tree_names(path, check_file(path)):
        yield path.name, path.read_bytes()
        return
    tree = open_tree(path)
    # Other tools that write this format call the file otherwise.
    files = _files(tree.names) or [name for name in tree.names if name.lower().endswith(".xml")]
    if not files:
        raise FileFormatError(f"{tree.source} has no {_FILE}; export as CVAT for images 1.1")
    announce_texts(tree, files)
    for name in files:
        yield f"{tree.source}/{name}", tree.read(name)


class _Document:
    """Adds the images of a document, by whom and when its job was done."""

    def __init__(self, where: str, labels: LabelCollector) -> None:
        self._where = where
        self._labels = labels
        self._annotator = ""
        self._time = math.nan

    def begin(self, meta: ElementTree.Element) -> None:
        """Read what is said of all images."""
        abouts = [about for kind in _ABOUT for about in meta.iterfind(kind)]
        self._annotator = next((name for about in abouts if (name := about.findtext("assignee/username"))), "")
        times = [seconds_since_1970(about.findtext("updated")) for about in abouts]
        self._time = next((time for time in times if not math.isnan(time)), math.nan)
        classes = [label for about in abouts for label in about.iterfind("labels/label")]
        # The points of a skeleton are labels too, with the skeleton as their parent.
        names = [label.findtext("name") or "" for label in classes if not label.findtext("parent")]
        self._labels.list_classes(filter(None, names))

    def refuse(self, _: ElementTree.Element) -> None:
        """Refuse the tracks of a video."""
        raise FileFormatError(f"{self._where} is of a video, which has no filenames; export as CVAT for images 1.1")

    def add(self, image: ElementTree.Element) -> None:
        """Add an image with its shapes."""
        name = image.get("name", "")
        if not name.strip():
            raise FileFormatError(f"{self._where}: an image has no name; export the labels again")
        size = size_from(image.get("width"), image.get("height"))
        # The length of an element is the number of its children.
        if not len(image):
            self._labels.leave_undecided(name, size=size)
            return
        self._labels.annotate(name, annotator=self._annotator, time=self._time, size=size)
        for shape in image:
            _add_shape(f"{self._where}, {name}", shape, self._labels)


def _add_shape(where: str, shape: ElementTree.Element, labels: LabelCollector) -> None:
    name = shape.get("label", "")
    match shape.tag:
        case "tag":
            labels.add_class(name)
        case "box":
            labels.add_box_around(name, _box(where, shape))
        case "polygon":
            labels.add_polygons(name, [_points(where, shape)])
        case "ellipse":
            labels.add_polygons(name, [_ellipse(where, shape)])
        case "mask":
            _add_mask(where, shape, labels)
        case "points":
            points = enumerate(_points(where, shape))
            labels.add_keypoints(name, [(number, x, y, VISIBLE) for number, (x, y) in points])
        case "skeleton":
            labels.add_keypoints(name, _skeleton(where, shape))
        case "polyline" | "cuboid":
            labels.add_unread()


def _box(where: str, box: ElementTree.Element) -> list[Point]:
    """Return the corners of a box; it is turned around its center."""
    x0, y0, x1, y1 = (attribute(where, box, name) for name in ("xtl", "ytl", "xbr", "ybr"))
    turn = math.radians(float(box.get("rotation") or 0))
    center_x = (x0 + x1) / 2
    center_y = (y0 + y1) / 2
    cosine = math.cos(turn)
    sine = math.sin(turn)
    corners = []
    for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)):
        across = x - center_x
        below = y - center_y
        turned_x = center_x + across * cosine - below * sine
        turned_y = center_y + across * sine + below * cosine
        corners.append((turned_x, turned_y))
    return corners


def _points(where: str, shape: ElementTree.Element) -> list[Point]:
    try:
        pairs = [point.split(",") for point in shape.get("points", "").split(";") if point]
        return [(float(x), float(y)) for x, y in pairs]
    except ValueError as error:
        raise FileFormatError(f"{where}: expected points as x,y;x,y, found {shape.get('points', '')[:40]!a}") from error


def _ellipse(where: str, shape: ElementTree.Element) -> list[Point]:
    x, y, radius_x, radius_y = (attribute(where, shape, name) for name in ("cx", "cy", "rx", "ry"))
    turn = math.radians(float(shape.get("rotation") or 0))
    return ellipse((x, y), radius_x, radius_y, turn)


def _add_mask(where: str, shape: ElementTree.Element, labels: LabelCollector) -> None:
    left, top, width, height = (int(attribute(where, shape, name)) for name in ("left", "top", "width", "height"))
    texts = [text for text in shape.get("rle", "").split(",") if text.strip()]
    try:
        runs = np.array([int(text) for text in texts], np.int64)
    except ValueError as error:
        raise FileFormatError(f"{where}: the rle of a mask is not whole numbers; export the labels again") from error
    is_place = min(left, top) >= 0 and 0 < width * height <= MAX_PIXELS
    if not is_place or (runs < 0).any() or runs.sum() != width * height:
        raise FileFormatError(f"{where}: a mask has {runs.sum():,} pixels for {width} × {height}; export it again")
    # Unlike COCO's, CVAT's runs go line by line, inside the box of the mask: zeros and ones in turn, zeros first.
    is_ones = np.arange(len(runs)) % 2 == 1
    inside = np.repeat(is_ones, runs).reshape(height, width)
    labels.add_mask(shape.get("label", ""), inside, left=left, top=top)


def _skeleton(where: str, skeleton: ElementTree.Element) -> list[tuple[int, float, float, int]]:
    keypoints = []
    for number, point in enumerate(skeleton.iterfind("points")):
        # A point that is not in the image may have no place.
        x, y = next(iter(_points(where, point)), (0.0, 0.0))
        name = point.get("label", "")
        # The points of a skeleton stand in any order; CVAT names them by numbers from 1 unless people rename them.
        position = int(name) - 1 if name.isascii() and name.isdigit() else number
        keypoints.append((position, x, y, _visibility(point)))
    return keypoints


def _visibility(point: ElementTree.Element) -> int:
    """Return COCO's flag: CVAT's `outside` is a point that is not in the image, `occluded` one that is hidden there."""
    if point.get("outside") == "1":
        return 0
    return HIDDEN if point.get("occluded") == "1" else VISIBLE
