"""MegaDetector's results for camera traps: boxes relative to the image, and the names of their categories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_keys import is_plain_json, json_keys
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import Reader
from al_core.formats.files.text import read_json
from al_core.formats.join.finding import Finding, Severity, note
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.objects import ObjectColumns
from al_core.formats.predictions.tools.values import below, confidence_of, image_size, number_list

_BOX = frozenset({"category", "conf", "bbox"})
_OTHERS = frozenset({"score", "confidence", "label", "class", "name", "annotations", "license"})
"""Keys of other files whose images have a `file`, before any of their objects."""

_FAILED = Finding(
    "images-failed",
    "image could not be read by MegaDetector or failed in it",
    "images could not be read by MegaDetector or failed in it",
    "they have no predictions, which is not the same as no objects",
    severity=Severity.NOTE,
)
_CLASSIFICATIONS = note(
    "classifications-not-read",
    "The classifications beside the boxes are not read",
    "scores come from the detector; to score species, write a table with filename, label, confidence and the box",
)


def recognizes_megadetector(path: Path, head: bytes) -> bool:
    """Return whether JSON begins with images of camera traps: each has a file and detections, or a failure."""
    keys = json_keys(path, head)
    if not keys >= {"images", "file"} or not keys & {"detections", "failure"} or not is_plain_json(path):
        return False
    # Thousands of images without an animal may come first, before anything says what the categories are.
    return keys >= _BOX or "detection_categories" in keys or not keys & _OTHERS


def read_megadetector(path: Path) -> Predictions | ScoreTable:
    """Return the boxes of MegaDetector's results, format versions 1.0 to 1.5.

    Raises:
        FileFormatError: Naming the image that does not fit, or if MegaDetector failed on all images.
    """
    content = read_json(path)
    images = content.get("images") if isinstance(content, dict) else None
    if not is_list_of(images, dict):
        raise FileFormatError(f"{path.name}: expected 'images', a list of objects with file and detections")
    objects = _Objects(path.name, content.get("detection_categories"))
    for position, image in reported(list(enumerate(images))):
        objects.add(f"{path.name}, images[{position}]", image)
    return objects.predictions(n_images=len(images))


class _Objects:
    def __init__(self, source: str, categories: Any) -> None:
        if not isinstance(categories, dict) or not is_list_of(list(categories.values()), str):
            raise FileFormatError(
                f"{source} has no 'detection_categories', an object with the name of each category; add it, such as "
                '{"1": "animal", "2": "person", "3": "vehicle"}'
            )
        self._source = source
        self._categories: Mapping[str, str] = categories
        self._columns = ObjectColumns()
        self._columns.class_names = list(dict.fromkeys(categories[number] for number in sorted(categories, key=_order)))
        self._failed: list[str] = []

    def add(self, where: str, image: Mapping[str, Any]) -> None:
        """Add an image, or note that it failed."""
        filename = image.get("file")
        if not isinstance(filename, str) or not filename:
            raise FileFormatError(f"{where}: expected 'file', the name of the image, found {filename!a:.80}")
        detections = image.get("detections")
        if image.get("failure") or detections is None:
            self._failed.append(filename)
            return
        if not is_list_of(detections, dict):
            raise FileFormatError(f"{where}: expected a list of objects as 'detections', found {detections!a:.80}")
        self._columns.begin_image(filename)
        self._columns.set_size(image_size(image))
        for detection in detections:
            self._add_box(where, detection)

    def _add_box(self, where: str, detection: Mapping[str, Any]) -> None:
        if "frame_number" in detection:
            raise FileFormatError(
                f"{where} is about the frames of a video (frame_number); extract them as images, and run MegaDetector "
                "on these"
            )
        if detection.get("classifications"):
            self._columns.note(_CLASSIFICATIONS)
        category = str(detection.get("category"))
        if category not in self._categories:
            categories = ", ".join(map(repr, list(self._categories)[:10]))
            raise FileFormatError(
                f"{where}: category {category!r} is not among the detection_categories {categories}; add it"
            )
        box = below(*number_list(where, detection.get("bbox"), "bbox", 4))
        self._columns.add(box, confidence_of(where, detection, "conf"), self._categories[category])

    def predictions(self, *, n_images: int) -> Predictions | ScoreTable:
        """Return all of it as predictions."""
        if self._failed and len(self._failed) == n_images:
            raise FileFormatError(
                f"{self._source}: MegaDetector failed on all of its {n_images:,} images, beginning with "
                f"{self._failed[0]!r}; run it again where the images are"
            )
        if self._failed:
            self._columns.note(_FAILED.of(self._failed))
        return self._columns.predictions(self._source, self._source)


def _order(number: str) -> tuple[bool, int, str]:
    return (False, int(number), "") if number.isdecimal() else (True, 0, number)


MEGADETECTOR = Reader(
    "megadetector",
    "MegaDetector",
    "Its results for camera traps: images of file and detections with category, conf, bbox; and detection_categories",
    (".json",),
    recognizes_megadetector,
    read_megadetector,
)
