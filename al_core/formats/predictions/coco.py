"""COCO results: boxes, masks or keypoints, one entry per object."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import json_numbers
from al_core.formats.files.text import BOM, read_json
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.coco_entries import Texts, read_entries
from al_core.formats.predictions.coco_table import CocoTable, Ids, Results, ids, read_fast, read_slowly
from al_core.formats.predictions.keypoints import keypoint_instance
from al_core.formats.predictions.maps import Map, Maps
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import KEYPOINTS, SEGMENTATION, Predictions, score_distribution
from al_core.formats.predictions.run_lengths import (
    RunLengths,
    checked_run_lengths,
    packed_run_lengths,
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
    """Return whether a file begins with JSON of entries that have a `category_id`, or has `images`."""
    start = head.removeprefix(BOM).lstrip()
    is_of_entries = b'"category_id"' in start and (b'"image_id"' in start or b'"bbox"' in start)
    return start[:1] in (b"{", b"[") and (is_of_entries or b'"images"' in start)


def read_coco(path: Path, images: Path | None = None) -> Predictions:
    """Return the boxes, masks or keypoints of COCO results: `image_id`, `category_id`, `score` and one of them.

    `bbox` is read before `segmentation`, a mask as run lengths; the masks make the class probabilities of each pixel.

    Args:
        path: The list of results, or an object that holds them as `annotations` beside `images` and `categories`.
        images: The annotation file with `images` (names and sizes) and `categories`; without it, `image_id` is
            the filename.

    Raises:
        FileFormatError: Naming the first entry that does not fit.
    """
    table = read_fast(path)
    if table is not None:
        return _detections(path, table, read_json(images) if images else None)
    results: Results | None = read_entries(path)
    about = None
    if results is None:
        about = read_json(path)
        results = _results(path.name, about)
    if images:
        about = read_json(images)
    first = next(iter(results), {})
    if "keypoints" in first:
        return _keypoints(path.name, results, about)
    if "segmentation" in first and ("bbox" not in first or _is_of_masks(about)):
        return _segmentation(path.name, results, about)
    return _detections(path, read_slowly(path.name, results), about)


def _is_of_masks(about: Any) -> bool:
    """Return whether a file says of itself, as our exports do, that its boxes are only those around its masks."""
    info = about.get("info") if isinstance(about, dict) else None
    return isinstance(info, dict) and info.get("task") == SEGMENTATION


def _results(source: str, content: Any) -> Results:
    results = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise FileFormatError(f"{source}: expected a list of results, or an object that holds it as 'annotations'")
    return results


def _detections(path: Path, table: CocoTable, about: Any) -> Predictions:
    source = path.name
    images = _images(source, table.images, about)
    categories = _categories(source, table.categories, about)
    boxes = Boxes(images.of_entry, table.boxes, table.scores, categories.of_entry, layout=Layout.EXTENT)
    predictions = detection_predictions(source, images.filenames, categories.names, boxes, images.sizes)
    predictions = replace(predictions, category_ids=categories.ids)
    with path.open("rb") as file:
        has_masks = b'"counts"' in file.read(HEAD_BYTES)
    if has_masks:
        predictions = replace(predictions, findings=(*predictions.findings, _MASKS_NOT_READ))
    return predictions


def _keypoints(source: str, results: Results, about: Any) -> Predictions:
    images = _images(source, ids(source, results, "image_id"), about)
    categories = _categories(source, ids(source, results, "category_id"), about)
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in images.filenames]
    for number, result in enumerate(reported(results)):
        label = categories.of_entry[number]
        # Categories may be called by name; -1 is one that the file does not list.
        category_id = categories.ids[label] if label >= 0 else -1
        instance = keypoint_instance(
            f"{source}, entry {number} counting from 0", {**result, "category_id": category_id}
        )
        instances[images.of_entry[number]].append(instance)
    return Predictions(
        images.filenames,
        categories.names,
        [KeypointPrediction(of_image) for of_image in instances],
        KEYPOINTS,
        category_ids=categories.ids,
        keypoint_names=categories.keypoint_names,
        skeletons=categories.skeletons,
    )


def _segmentation(source: str, results: Results, about: Any) -> Predictions:
    images = _images(source, ids(source, results, "image_id"), about)
    categories = _categories(source, ids(source, results, "category_id"), about)
    scores = _mask_scores(source, results)
    labels = categories.of_entry
    n_classes = len(categories.names)
    # Where masks overlap the last one wins, so the most confident comes last.
    order = np.lexsort((scores, images.of_entry))
    order = order[labels[order] >= 0]
    masks_as_json = Texts(orjson.dumps(result.get("segmentation")) for result in results)
    starts = np.searchsorted(images.of_entry[order], np.arange(len(images.filenames) + 1))

    def entries(position: int) -> list[int]:
        numbers: list[int] = order[starts[position] : starts[position + 1]].tolist()
        return numbers

    def read_objects(position: int) -> list[ObjectMask]:
        masks = []
        for number in entries(position):
            mask = orjson.loads(masks_as_json[number])
            runs = _run_lengths(f"{source}, entry {number} counting from 0", mask)
            height, width = mask["size"]
            packed = packed_run_lengths(runs)
            masks.append(ObjectMask(int(labels[number]), float(scores[number]), height, width, packed))
        return masks

    def read(position: int) -> Map:
        masks = []
        for number in entries(position):
            runs = _run_lengths(f"{source}, entry {number} counting from 0", orjson.loads(masks_as_json[number]))
            masks.append((runs, score_distribution(float(scores[number]), int(labels[number]), n_classes)))
        return run_length_map(f"{source}, {images.filenames[position]}", masks, n_classes)

    findings = [_MASKED_PIXELS]
    if (labels < 0).any():
        without_category = np.unique(images.of_entry[labels < 0])
        findings.insert(0, _UNKNOWN_CATEGORY.of([images.filenames[image] for image in without_category.tolist()]))
    maps = Maps(len(images.filenames), read, read_objects)
    return Predictions(images.filenames, categories.names, maps, SEGMENTATION, findings, category_ids=categories.ids)


def _mask_scores(source: str, results: Results) -> NDArray[np.float32]:
    scores = json_numbers(source, [result.get("score") for result in results], "score")
    is_bad = ~((scores >= 0) & (scores <= 1))
    if is_bad.any():
        entry = int(np.argmax(is_bad))
        raise FileFormatError(
            f"{source}, entry {entry} counting from 0 has score {scores[entry]:g}; scores lie in 0 to 1"
        )
    return scores


def _run_lengths(where: str, mask: Any) -> RunLengths:
    size = mask.get("size") if isinstance(mask, dict) else None
    if not isinstance(size, list) or len(size) != 2 or not all(type(side) is int for side in size):
        raise FileFormatError(f"{where}: expected a 'segmentation' of 'size' and 'counts'; encode polygons as masks")
    counts = mask.get("counts")
    runs = unpacked_run_lengths(where, counts) if isinstance(counts, str) else checked_run_lengths(where, counts)
    if runs.sum() != size[0] * size[1]:
        raise FileFormatError(f"{where}: the mask has {runs.sum():,} pixels, the image {size[0]} × {size[1]}")
    return runs


@dataclass(frozen=True)
class _Images:
    """The images of a file.

    Attributes:
        filenames: (M,) one per image.
        sizes: (M, 2) width and height in pixels, NaN where unknown.
        of_entry: The position of the image of each entry.
    """

    filenames: list[str]
    sizes: NDArray[np.floating]
    of_entry: Rows


def _images(source: str, image_ids: Ids, about: Any) -> _Images:
    images = _listed(source, about, "images", "file_name")
    if images is None:
        images = {key: {"file_name": str(key)} for key in image_ids.different}
    if not images:
        raise FileFormatError(f"{source} holds no results and no images; expected one entry per object")
    position = {key: number for number, key in enumerate(images)}
    for key in image_ids.different:
        if key not in position:
            raise FileFormatError(
                f"{source}: image_id {key!a:.80} is not among the images; give the file that lists it"
            )
    position_of_id = np.array([position[key] for key in image_ids.different], dtype=np.int64)
    return _Images(
        [str(image["file_name"]) for image in images.values()],
        np.array([[_side(image, "width"), _side(image, "height")] for image in images.values()], dtype=np.float64),
        position_of_id[image_ids.position],
    )


@dataclass(frozen=True)
class _Categories:
    """The categories of a file.

    Attributes:
        names: (C,) one per category.
        ids: (C,) the number by which the file calls each.
        of_entry: The position of the category of each entry, -1 where it is not listed.
        keypoint_names: (C,) the names of its keypoints, where the file has them.
        skeletons: (C,) which of its keypoints are joined, counted from 1.
    """

    names: list[str]
    ids: list[int]
    of_entry: Rows
    keypoint_names: list[list[str]]
    skeletons: list[list[list[int]]]


def _categories(source: str, category_ids: Ids, about: Any) -> _Categories:
    categories = _listed(source, about, "categories", "name")
    if categories is None:
        # Numbers come before names.
        in_order = sorted(category_ids.different, key=lambda key: (str(type(key)), key))
        categories = {key: {"name": f"class_{key}"} for key in in_order}
    position = {key: number for number, key in enumerate(categories)}
    position_of_id = np.array([position.get(key, -1) for key in category_ids.different], dtype=np.int64)
    return _Categories(
        [str(category["name"]) for category in categories.values()],
        [position[key] if isinstance(key, str) else key for key in categories],
        position_of_id[category_ids.position],
        [_keypoint_names(category) for category in categories.values()],
        [_skeleton(category) for category in categories.values()],
    )


def _keypoint_names(category: Mapping[str, Any]) -> list[str]:
    names = category.get("keypoints")
    # What is not as COCO has it is left out: nothing else depends on it.
    return list(names) if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


def _skeleton(category: Mapping[str, Any]) -> list[list[int]]:
    edges = category.get("skeleton")
    if not isinstance(edges, list):
        return []
    return [
        edge for edge in edges if isinstance(edge, list) and len(edge) == 2 and all(type(end) is int for end in edge)
    ]


def _listed(source: str, about: Any, key: str, name: str) -> dict[Any, Mapping[str, Any]] | None:
    """Return the entries of `images` or `categories` by id, or None if the file has no such list."""
    entries = about.get(key) if isinstance(about, dict) else None
    if entries is None:
        return None
    if not isinstance(entries, list):
        raise FileFormatError(f"{source}: {key!r} is not a list")
    by_id: dict[Any, Mapping[str, Any]] = {}
    for number, entry in enumerate(entries):
        has_id = isinstance(entry, dict) and isinstance(entry.get("id"), int | str)
        if not has_id or not isinstance(entry.get(name), str):
            raise FileFormatError(f"{source}, {key}[{number}]: expected an 'id' and a text {name!r}")
        by_id[entry["id"]] = entry
    return by_id


def _side(image: Mapping[str, Any], name: str) -> float:
    value = image.get(name)
    return float(value) if isinstance(value, int | float) and value > 0 else np.nan
