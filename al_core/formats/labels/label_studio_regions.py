"""One region of a Label Studio annotation: a choice, a rectangle, a polygon, an ellipse, a brush or a keypoint."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_values import as_list, is_number
from al_core.formats.labels.brush import brush_mask
from al_core.formats.labels.collector import LabelCollector, Point
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.painting import ellipse

PERCENT: Size = (100, 100)
"""Label Studio gives places in percent of width and height."""

_OF_OBJECT = re.compile(r"object[- ](\d+),?[- ]keypoint[- ](\d+)")
_CLASS_KEYS = (
    "rectanglelabels",
    "polygonlabels",
    "brushlabels",
    "ellipselabels",
    "keypointlabels",
    "hypertextlabels",
    "labels",
)

Region = Mapping[str, Any]
"""A region with the keys of its value, of itself, and of neither."""


def size_of(regions: Iterable[Region]) -> Size | None:
    """Return width and height of the image in pixels, which each region repeats."""
    for region in regions:
        size = region.get("original_width"), region.get("original_height")
        if all(isinstance(side, int | float) and side > 0 for side in size):
            return size  # type: ignore[return-value]  # both are numbers
    return None


def add_regions(where: str, regions: Sequence[Region], labels: LabelCollector) -> None:
    """Add what the regions of one annotation say.

    Raises:
        FileFormatError: If a region has no numbers where its shape needs them.
    """
    points: dict[Any, tuple[str, list[tuple[int, float, float, int]]]] = {}
    for number, region in enumerate(regions):
        if isinstance(region.get("choices"), list):
            _add_choices(region["choices"], labels)
        elif isinstance(region.get("taxonomy"), list):
            _add_choices(["/".join(map(str, path)) for path in region["taxonomy"]], labels)
        elif "keypointlabels" in region:
            place, index = _object_of(region, number)
            for name in _classes(region):
                _, keypoints = points.setdefault((place, name), (name, []))
                x, y = _numbers(where, region, "x", "y")
                position = len(keypoints) if index is None else index
                # Label Studio has no flag for hidden keypoints: what somebody has set is visible.
                keypoints.append((position, x, y, 2))
        else:
            _add_shape(where, region, labels)
    for name, keypoints in points.values():
        labels.add_keypoints(name, sorted(keypoints))


def _add_choices(choices: Sequence[Any], labels: LabelCollector) -> None:
    for choice in choices:
        if isinstance(choice, str) and choice.strip():
            labels.add_class(choice)


def _classes(region: Region) -> list[str]:
    for key in _CLASS_KEYS:
        names = region.get(key)
        if isinstance(names, list) and names:
            return [str(name) for name in names]
    return [""]


def _add_shape(where: str, region: Region, labels: LabelCollector) -> None:
    is_named = any(key in region for key in _CLASS_KEYS)
    for name in _classes(region):
        if "rle" in region:
            labels.add_mask(name, brush_mask(where, region))
        elif isinstance(region.get("points"), list):
            labels.add_polygons(name, [_points(where, region["points"])])
        elif "radiusX" in region:
            labels.add_polygons(name, [_ellipse(where, region)])
        elif "width" in region and "height" in region:
            if not is_named:
                # A shape whose class is a region of its own, with the same corners, comes with that one.
                continue
            labels.add_box_around(name, _turned_rectangle(where, region))
        elif is_named or "text" in region or "rating" in region or "number" in region:
            labels.add_unread()


def _object_of(region: Region, number: int) -> tuple[Any, int | None]:
    """Return which object a keypoint belongs to, and which of its keypoints it is, from 0."""
    if region.get("parentID"):
        return region["parentID"], None
    # Pre-annotated keypoints name their object in the region's id; what people write into its notes comes first.
    meta = region.get("meta")
    texts = meta.get("text", []) if isinstance(meta, dict) else []
    for text in [*as_list(texts), region.get("id")]:
        match = _OF_OBJECT.fullmatch(text) if isinstance(text, str) else None
        if match:
            return f"object-{match[1]}", int(match[2]) - 1
    return number, None


def _turned_rectangle(where: str, region: Region) -> list[Point]:
    """Return the corners of a rectangle, in percent; it is turned around its upper left corner, in pixels."""
    x, y, width, height = _numbers(where, region, "x", "y", "width", "height")
    angle = math.radians(_number(region.get("rotation", 0)) or 0)
    image_width, image_height = size_of([region]) or PERCENT
    percent_x = image_width / 100
    percent_y = image_height / 100
    corners = []
    for along, down in ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)):
        across = along * percent_x
        below = down * percent_y
        turned_x = across * math.cos(angle) - below * math.sin(angle)
        turned_y = across * math.sin(angle) + below * math.cos(angle)
        corners.append((x + turned_x / percent_x, y + turned_y / percent_y))
    return corners


def _ellipse(where: str, region: Region) -> list[Point]:
    x, y, radius_x, radius_y = _numbers(where, region, "x", "y", "radiusX", "radiusY")
    turn = math.radians(_number(region.get("rotation", 0)) or 0)
    image_width, image_height = size_of([region]) or PERCENT
    # A percent of the width is not as long as one of the height: only in pixels is a turn a turn.
    percent_x = image_width / 100
    percent_y = image_height / 100
    corners = ellipse((x * percent_x, y * percent_y), radius_x * percent_x, radius_y * percent_y, turn)
    return [(corner_x / percent_x, corner_y / percent_y) for corner_x, corner_y in corners]


def _points(where: str, points: Sequence[Any]) -> list[Point]:
    for point in points:
        if not isinstance(point, list) or len(point) != 2 or any(_number(value) is None for value in point):
            raise FileFormatError(f"{where}: a polygon is a list of x and y, found {point!a:.80}")
    return [(float(x), float(y)) for x, y in points]


def _numbers(where: str, region: Region, *keys: str) -> list[float]:
    values = [_number(region.get(key)) for key in keys]
    for key, value in zip(keys, values, strict=True):
        if value is None:
            raise FileFormatError(f"{where}: a region has no number {key!r}, found {region.get(key)!a:.80}")
    return [value for value in values if value is not None]


def _number(value: Any) -> float | None:
    return float(value) if is_number(value) else None
