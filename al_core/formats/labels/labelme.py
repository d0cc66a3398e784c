"""labelme's JSON: one file per image with its shapes, alone, or in a folder, zip or tar."""

import math
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_keys import json_keys
from al_core.formats.labels.collector import LabelCollector, Point
from al_core.formats.labels.entries import VISIBLE
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.painting import ellipse
from al_core.formats.predictions.tools.images import json_documents

# COCO's flag of a keypoint that is labeled and can be seen.


def recognizes_labelme(path: Path, head: bytes) -> bool:
    """Return whether a file, or the JSON files of a folder or archive, have the shapes of an image."""
    return json_keys(path, head) >= {"shapes", "imagePath"}


def read_labelme(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the shapes of labelme: polygons, rectangles, circles and points, and flags that are set as classes.

    A file is written when somebody saves an image, so that one without shapes says that nothing is on it.

    Raises:
        FileFormatError: Naming file and shape that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for document in json_documents(path, lambda name: name.lower().endswith(".json")):
        content = document.content if isinstance(document.content, Mapping) else {}
        shapes = content.get("shapes")
        image = content.get("imagePath")
        if not isinstance(shapes, list) or not isinstance(image, str):
            raise FileFormatError(f"{document.where}: expected 'shapes' and 'imagePath', as labelme writes them")
        labels.annotate(_filename(document.filename, image), size=_size(content))
        flags = content.get("flags")
        for flag, is_set in flags.items() if isinstance(flags, Mapping) else ():
            if is_set is True:
                labels.add_class(str(flag))
        for number, shape in enumerate(shapes):
            _add(f"{document.where}, shape {number} counting from 0", shape, labels)
    return labels.finished()


def _filename(document: str, image: str) -> str:
    """Return the path of an image, which its file has relative to itself.

    Examples:
        >>> _filename("day/a.json", "a.jpg"), _filename("labels/a.json", "../images/a.jpg")
        ('day/a.jpg', 'images/a.jpg')
    """
    # Windows writes paths with backslashes.
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document), image.replace("\\", "/")))
    # Above the labels there are no names: the path begins where it comes down again.
    while path.startswith("../"):
        path = path.removeprefix("../")
    return path


def _size(content: Mapping[str, Any]) -> Size | None:
    width = content.get("imageWidth")
    height = content.get("imageHeight")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) <= 0:
        return None
    return float(width), float(height)


def _add(where: str, shape: Any, labels: LabelCollector) -> None:
    if not isinstance(shape, Mapping):
        raise FileFormatError(f"{where}: expected an object, found {shape!a:.60}")
    name = str(shape.get("label") or "")
    points = _points(where, shape.get("points"))
    kind = shape.get("shape_type") or "polygon"
    if kind == "point" and points:
        labels.add_keypoints(name, [(0, *points[0], VISIBLE)])
    elif kind == "rectangle" and len(points) >= 2:
        labels.add_box_around(name, points)
    # Its center, and a point on it.
    elif kind == "circle" and len(points) == 2:
        radius = math.dist(*points)
        labels.add_polygons(name, [ellipse(points[0], radius, radius)])
    elif kind == "polygon" and len(points) > 2:
        labels.add_polygons(name, [points])
    else:
        labels.add_unread()


def _points(where: str, points: Any) -> list[Point]:
    try:
        return [(float(x), float(y)) for x, y in points]
    except (TypeError, ValueError) as error:
        raise FileFormatError(f"{where}: expected 'points' as pairs of numbers, found {points!a:.60}") from error
