"""COCO results: boxes, masks or keypoints, one entry per object."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import json_numbers
from al_core.formats.files.text import BOM, read_json
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.coco_table import CocoTable, Ids, ids, read_fast, read_slowly
from al_core.formats.predictions.keypoints import keypoint_instance
from al_core.formats.predictions.maps import Map, Maps
from al_core.formats.predictions.predictions import KEYPOINTS, SEGMENTATION, Predictions, score_distribution
from al_core.formats.predictions.run_lengths import (
    RunLengths,
    checked_run_lengths,
    run_length_map,
    unpacked_run_lengths,
)
from al_core.types import Rows
from al_core.utils import KeypointInstancePrediction, KeypointPrediction

_MASKS_NOT_READ = note("masks-not-read", "The masks beside the boxes are not read", "scores come from the boxes")
_MASKED_PIXELS = note(
    "masked-pixels", "Masks give the pixels inside them their class; pixels outside every mask are left out"
)
_UNKNOWN_CATEGORY = Finding(
    "unknown-category",
    "image has masks of categories that the file does not list",
    "images have masks of categories that the file does not list",
    "these masks are left out",
)


def recognizes_coco(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON that names `image_id` and `category_id`, or `images`."""
    start = head.removeprefix(BOM).lstrip()
    return start[:1] in (b"{", b"[") and (
        (b'"image_id"' in start and b'"category_id"' in start) or b'"images"' in start
    )


def read_coco(path: Path, images: Path | None = None) -> Predictions:
    """Return the boxes, masks or keypoints of COCO results: `image_id`, `category_id`, `score` and one of them.

    `bbox` is read before `segmentation`, a mask as run lengths; the masks make the class probabilities of each pixel.

    Args:
        path: The list of results, or an object that holds them as `annotations` beside `images` and `categories`.
        images: The annotation file with `images` (names and sizes) and `categories`; without it, `image_id` is taken as
            the filename.

    Raises:
        FileFormatError: Naming the first entry that does not fit.
    """
    table = read_fast(path)
    if table is not None:
        return _detections(path, table, read_json(images) if images else None)
    content = read_json(path)
    about = read_json(images) if images else content
    results = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise FileFormatError(f"{path.name}: expected a list of results, or an object that holds it as 'annotations'")
    if results and "keypoints" in results[0]:
        return _keypoints(path.name, results, about)
    if results and "bbox" not in results[0] and "segmentation" in results[0]:
        return _segmentation(path.name, results, about)
    return _detections(path, read_slowly(path.name, results), about)


def _detections(path: Path, table: CocoTable, about: Any) -> Predictions:
    source = path.name
    filenames, sizes, image = _images(source, table.images, about)
    class_names, _, labels = _categories(source, table.categories, about)
    corners = np.hstack([table.boxes[:, :2], table.boxes[:, :2] + table.boxes[:, 2:]])
    found = detection_predictions(source, filenames, class_names, Boxes(image, corners, table.scores, labels), sizes)
    with path.open("rb") as file:
        has_masks = b'"counts"' in file.read(HEAD_BYTES)
    return replace(found, findings=(*found.findings, _MASKS_NOT_READ)) if has_masks else found


def _keypoints(source: str, results: Sequence[Mapping[str, Any]], about: Any) -> Predictions:
    filenames, _, image = _images(source, ids(source, results, "image_id"), about)
    class_names, category_ids, labels = _categories(source, ids(source, results, "category_id"), about)
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in filenames]
    for number, (position, label, result) in enumerate(
        zip(image.tolist(), labels.tolist(), reported(results), strict=True)
    ):
        where, category = f"{source}, entry {number} counting from 0", category_ids[label] if label >= 0 else -1
        instances[position].append(keypoint_instance(where, {**result, "category_id": category}))
    outputs = [KeypointPrediction(found) for found in instances]
    return Predictions(filenames, class_names, outputs, KEYPOINTS, category_ids=category_ids)


def _segmentation(source: str, results: Sequence[Mapping[str, Any]], about: Any) -> Predictions:
    filenames, _, image = _images(source, ids(source, results, "image_id"), about)
    class_names, _, labels = _categories(source, ids(source, results, "category_id"), about)
    scores = json_numbers(source, [result.get("score") for result in results], "score")
    bad = np.flatnonzero(~((scores >= 0) & (scores <= 1)))
    if len(bad):
        raise FileFormatError(
            f"{source}, entry {bad[0]} counting from 0 has score {scores[bad[0]]:g}; scores lie in 0 to 1"
        )
    unknown = [filenames[position] for position in np.unique(image[labels < 0]).tolist()]
    # Where masks overlap the last one wins, so the surest comes last.
    order = np.lexsort((scores, image))
    order = order[labels[order] >= 0]
    starts = np.searchsorted(image[order], np.arange(len(filenames) + 1))

    def read(position: int) -> Map:
        masks = [
            (
                _run_lengths(f"{source}, entry {number} counting from 0", results[number].get("segmentation")),
                score_distribution(float(scores[number]), int(labels[number]), len(class_names)),
            )
            for number in order[starts[position] : starts[position + 1]].tolist()
        ]
        return run_length_map(f"{source}, {filenames[position]}", masks, len(class_names))

    findings = (_UNKNOWN_CATEGORY.of(unknown), _MASKED_PIXELS) if unknown else (_MASKED_PIXELS,)
    return Predictions(filenames, class_names, Maps(len(filenames), read), SEGMENTATION, findings)


def _run_lengths(where: str, mask: Any) -> RunLengths:
    size, counts = (mask.get("size"), mask.get("counts")) if isinstance(mask, dict) else (None, None)
    if not isinstance(size, list) or len(size) != 2 or not all(type(side) is int for side in size) or counts is None:
        raise FileFormatError(f"{where}: expected a 'segmentation' of 'size' and 'counts'; encode polygons as masks")
    runs = unpacked_run_lengths(where, counts) if isinstance(counts, str) else checked_run_lengths(where, counts)
    if runs.sum() != size[0] * size[1]:
        raise FileFormatError(f"{where}: the mask has {runs.sum():,} pixels, the image {size[0]} × {size[1]}")
    return runs


def _images(source: str, image_ids: Ids, about: Any) -> tuple[list[str], NDArray[np.floating], Rows]:
    known = _listed(source, about, "images", "file_name")
    if known is None:
        known = {key: {"file_name": str(key)} for key in image_ids.different}
    if not known:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    position = {key: number for number, key in enumerate(known)}
    for key in image_ids.different:
        if key not in position:
            raise FileFormatError(
                f"{source}: image_id {key!a:.80} is not among the images; give the file that lists it"
            )
    sizes = [[_size(image.get("width")), _size(image.get("height"))] for image in known.values()]
    positions = np.array([position[key] for key in image_ids.different], dtype=np.int64)
    filenames = [str(image["file_name"]) for image in known.values()]
    return filenames, np.array(sizes, dtype=np.float64), positions[image_ids.position]


def _categories(source: str, category_ids: Ids, about: Any) -> tuple[list[str], list[int], Rows]:
    """Return the name and the number of each class, and the class of each entry, -1 where it is not listed."""
    known = _listed(source, about, "categories", "name")
    if known is None:
        known = {
            key: {"name": f"class_{key}"}
            for key in sorted(category_ids.different, key=lambda key: (str(type(key)), key))
        }
    position = {key: number for number, key in enumerate(known)}
    positions = np.array([position.get(key, -1) for key in category_ids.different], dtype=np.int64)
    names = [str(category["name"]) for category in known.values()]
    return names, [position[key] if isinstance(key, str) else key for key in known], positions[category_ids.position]


def _listed(source: str, about: Any, key: str, name: str) -> dict[Any, Mapping[str, Any]] | None:
    """Return the entries of `images` or `categories` by id, or None if the file has no such list."""
    entries = about.get(key) if isinstance(about, dict) else None
    if entries is None:
        return None
    if not isinstance(entries, list):
        raise FileFormatError(f"{source}: {key!r} is no list")
    for number, entry in enumerate(entries):
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("id"), int | str)
            or not isinstance(entry.get(name), str)
        ):
            raise FileFormatError(f"{source}, {key}[{number}]: expected an 'id' and a text {name!r}")
    return {entry["id"]: entry for entry in entries}


def _size(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else np.nan
