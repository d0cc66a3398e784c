"""Annotations of VGG Image Annotator (VIA), version 1 and 2: a project, or its annotations exported as JSON."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.progress import reported
from al_core.formats.files.text import read_json
from al_core.formats.labels.collector import LabelCollector, Point
from al_core.formats.labels.entries import VISIBLE
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.painting import ellipse
from al_core.formats.names.addresses import image_name

_IMAGES = "_via_img_metadata"
"""Under which a project has its images; the export of annotations is nothing but these."""

_CLASS = ("label", "class", "name", "type", "category", "object", "species")
# COCO's flag of a keypoint that is labeled and can be seen.
ONLY_OBJECT = "object"
"""The class of regions that have no attribute."""


def recognizes_via(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON of images that have regions."""
    keys = json_keys(path, head)
    return not path.is_dir() and (keys >= {"filename", "regions"} or _IMAGES in keys)


def read_via(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the regions of VIA: rectangles, polygons, circles, ellipses and points, in pixels.

    The class is the attribute of a region that is called label, class, name or type, or its only one. An image without
    regions may be one that nobody has looked at. Sizes are those of the images, since the file has none.

    Raises:
        FileFormatError: Naming image and region that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for image in reported(_images(path)):
        name = image.get("filename")
        if not isinstance(name, str) or not name:
            raise FileFormatError(f"{path.name}: an image has no 'filename'; export the annotations again")
        filename = image_name(name)
        attributes = image.get("file_attributes")
        classes = _classes(attributes) if isinstance(attributes, Mapping) else []
        regions = image.get("regions")
        # Version 1 numbers them.
        regions = list(regions.values()) if isinstance(regions, Mapping) else regions
        if not isinstance(regions, list):
            raise FileFormatError(f"{path.name}, {filename}: expected a list of regions, found {regions!a:.60}")
        if not regions and not classes:
            labels.leave_undecided(filename)
            continue
        labels.annotate(filename)
        for name in classes:
            labels.add_class(name)
        for number, region in enumerate(regions):
            _add(f"{path.name}, {filename}, region {number} counting from 0", region, labels)
    return labels.finished()


def _images(path: Path) -> list[Mapping[str, Any]]:
    content = read_json(path)
    images = content.get(_IMAGES, content) if isinstance(content, Mapping) else content
    entries: Iterable[Any] = images.values() if isinstance(images, Mapping) else images
    listed = list(entries) if isinstance(images, Mapping | list) else []
    if not all(isinstance(entry, Mapping) for entry in listed):
        raise FileFormatError(f"{path.name}: expected an object for each image, as VIA exports its annotations")
    return listed


def _classes(attributes: Mapping[str, Any]) -> list[str]:
    """Return the classes that the attributes of an image or region name, where it is clear which they are.

    Examples:
        >>> _classes({"label": "cat", "quality": "good"}), _classes({"kind": {"dog": True, "cat": False}})
        (['cat'], ['dog'])
        >>> _classes({"quality": "good", "caption": "a cat"})
        []
    """
    names = [key for key in _CLASS if key in attributes] or (list(attributes) if len(attributes) == 1 else [])
    value = attributes[names[0]] if names else ""
    if isinstance(value, Mapping):
        return [str(name) for name, is_chosen in value.items() if is_chosen]
    return [str(value)] if value not in ("", None, "undefined") else []


def _add(where: str, region: Any, labels: LabelCollector) -> None:
    shape = region.get("shape_attributes") if isinstance(region, Mapping) else None
    if not isinstance(shape, Mapping):
        raise FileFormatError(f"{where} has no 'shape_attributes'; export the annotations again")
    attributes = region.get("region_attributes")
    attributes = attributes if isinstance(attributes, Mapping) else {}
    # Without any attribute all regions are of the one class that is looked for.
    name = next(iter(_classes(attributes)), "" if attributes else ONLY_OBJECT)
    try:
        _add_shape(name, shape, labels)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            f"{where}: the numbers of its {shape.get('name')!a:.20} are not all there ({error})"
        ) from error


def _add_shape(name: str, shape: Mapping[str, Any], labels: LabelCollector) -> None:
    kind = shape.get("name")
    if kind == "rect":
        x, y, width, height = (float(shape[key]) for key in ("x", "y", "width", "height"))
        labels.add_box(name, [x, y, x + width, y + height])
    elif kind == "polygon":
        labels.add_polygons(name, [_points(shape)])
    elif kind in ("circle", "ellipse"):
        center = float(shape["cx"]), float(shape["cy"])
        radius_x, radius_y = (float(shape[key]) for key in (("r", "r") if kind == "circle" else ("rx", "ry")))
        # VIA turns an ellipse as the canvas of a browser does, by radians; files of VIA 1 have no theta.
        labels.add_polygons(name, [ellipse(center, radius_x, radius_y, float(shape.get("theta") or 0))])
    elif kind == "point":
        labels.add_keypoints(name, [(0, float(shape["cx"]), float(shape["cy"]), VISIBLE)])
    else:
        labels.add_unread()


def _points(shape: Mapping[str, Any]) -> list[Point]:
    pairs = zip(shape["all_points_x"], shape["all_points_y"], strict=True)
    return [(float(x), float(y)) for x, y in pairs]
