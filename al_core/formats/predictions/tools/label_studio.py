"""Label Studio tasks with predictions: boxes in percent of the image."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from al_core.formats.files.json_values import is_list_of
from al_core.formats.join.finding import note
from al_core.formats.names.addresses import image_of_task
from al_core.formats.predictions.tools.images import ImageRecord
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.tool import Tool
from al_core.formats.predictions.tools.values import confidence_of, image_size, label_of, number_list, numbers

_SEVERAL = note("several-predictions", "Some tasks have predictions of several models", "the last of each task is read")
_ROTATED = note("boxes-rotated", "Some boxes are rotated", "the upright boxes around them are read")
_POLYGONS = note("polygons", "Polygons are read as the boxes around them")
_NOT_READ = note(
    "regions-not-read",
    "Keypoints, brushes and other regions beside the boxes are not read",
    "scores come from the boxes",
)


def _is_image(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("data"), dict) and "predictions" in content


def _add(objects: ObjectColumns, record: ImageRecord) -> None:
    objects.name_image(image_of_task(record.content["data"]) or "")
    predictions = record.content["predictions"]
    if not is_list_of(predictions, dict):
        predictions = []
    if not predictions:
        # A task that no model has seen; one on which it found nothing has a prediction with an empty result.
        objects.drop_image()
        return
    if len(predictions) > 1:
        objects.note(_SEVERAL)
    regions = predictions[-1].get("result")
    for region in regions if isinstance(regions, list) else []:
        if isinstance(region, dict):
            _add_region(objects, record.where, region, predictions[-1].get("score"))


def _add_region(objects: ObjectColumns, where: str, region: Mapping[str, Any], score: Any) -> None:
    kind = region.get("type")
    value = region.get("value")
    if kind == "choices" and isinstance(value, Mapping):
        objects.add_class(confidence_of(where, {"score": score, **region}, "score"))
        return
    if kind not in ("rectanglelabels", "polygonlabels") or not isinstance(value, Mapping):
        objects.note(_NOT_READ)
        return
    width, height = image_size({"width": region.get("original_width"), "height": region.get("original_height")})
    objects.set_size((width, height))
    names = value.get(kind)
    label = label_of(where, names[0] if isinstance(names, list) and names else None)
    corners = _around_points(where, value) if kind == "polygonlabels" else _upright(where, value, width, height)
    if kind == "polygonlabels":
        objects.note(_POLYGONS)
    elif value.get("rotation"):
        objects.note(_ROTATED)
    # A region without a score of its own has that of the whole prediction.
    confidence = confidence_of(where, {"score": score, **region}, "score")
    objects.add([side / 100 for side in corners], confidence, label)


def _around_points(where: str, value: Mapping[str, Any]) -> list[float]:
    entries = value.get("points")
    if not isinstance(entries, list) or not entries:
        # Without an area, it is left out and said.
        return [0.0] * 4
    points = np.array([number_list(where, point, "points", 2) for point in entries])
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


def _upright(where: str, value: Mapping[str, Any], image_width: float, image_height: float) -> list[float]:
    """Return the corners of the upright box around one that is turned about its upper left corner, in percent."""
    x, y, width, height = numbers(where, value, "x", "y", "width", "height")
    if not value.get("rotation"):
        return [x, y, x + width, y + height]
    (degrees,) = numbers(where, value, "rotation")
    # It is turned in pixels, and a percent of the width has another length than one of the height.
    aspect = image_width / image_height if image_width > 0 and image_height > 0 else 1.0
    angle = math.radians(degrees)
    cosine = math.cos(angle)
    sine = math.sin(angle)
    # From the upper left corner, which stays where it is.
    corners = ((0.0, 0.0), (width, 0.0), (0.0, height), (width, height))
    across = [along * cosine - down * sine / aspect for along, down in corners]
    below = [along * sine * aspect + down * cosine for along, down in corners]
    return [x + min(across), y + min(below), x + max(across), y + max(below)]


LABEL_STUDIO = Tool(
    "label-studio",
    "Label Studio predictions",
    "Tasks as JSON whose predictions have boxes or choices with scores, such as pre-annotations",
    (
        frozenset({"data", "predictions", "result", "rectanglelabels"}),
        frozenset({"data", "predictions", "result", "polygonlabels"}),
        frozenset({"data", "predictions", "result", "choices"}),
    ),
    _is_image,
    "a task with data and predictions",
    _add,
)
