"""COCO results: boxes, masks or keypoints, one entry per object."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import is_json_lines, json_lines, json_numbers
from al_core.formats.files.text import BOM, read_json
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.formats.predictions.coco_about import categories_of, images_of
from al_core.formats.predictions.coco_entries import Texts, first_entry, read_entries
from al_core.formats.predictions.coco_table import (
    CocoTable,
    Results,
    category_ids,
    ids,
    read_fast,
    read_slowly,
    texts,
)
from al_core.formats.predictions.keypoints import KeypointReading
from al_core.formats.predictions.maps import Map, Maps
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import KEYPOINTS, SEGMENTATION, Predictions, score_distribution
from al_core.formats.predictions.run_lengths import (
    RunLengths,
    packed_run_lengths,
    run_length_map,
    run_lengths_of_counts,
)
from al_core.utils import KeypointInstancePrediction, KeypointPrediction

_MASKS_NOT_READ = note("masks-not-read", "The masks beside the boxes are not read", "scores come from the boxes")
_MASKED_PIXELS = note(
    "masked-pixels", "Masks give the pixels inside them their class; pixels outside every mask are left out"
)
_MASK = re.compile(rb'"segmentation"\s*:\s*(\{|\[\s*\[)')

_RESULT_KEYS = ("annotations", "predictions", "results", "detections")
"""Under which of them an object holds its results; COCO's own file does so under the first."""

_UNKNOWN_CATEGORY = Finding(
    "unknown-category",
    "image has masks of categories that the file does not list",
    "images have masks of categories that the file does not list",
    "these masks are left out",
)


def recognizes_coco(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON of entries that have a `category_id`, or has `images`."""
    start = head.removeprefix(BOM).lstrip()
    has_category = b'"category_id"' in start or b'"category_name"' in start
    is_of_entries = has_category and (b'"image_id"' in start or b'"bbox"' in start)
    return start[:1] in (b"{", b"[") and (is_of_entries or b'"images"' in start)


def read_coco(path: Path, images: Path | None = None, choices: ReadingChoices = BY_CONTENT) -> Predictions:
    """Return the boxes, masks or keypoints of COCO results: `image_id`, `category_id`, `score` and one of them.

    The first entry decides for all: `keypoints` are read before `bbox`, and that before `segmentation`, a mask as run
    lengths; the masks make the class probabilities of each pixel.

    Args:
        path: The list of results, one per line, or an object that holds them as `annotations`, `predictions` or
            `results` beside `images` and `categories`.
        images: The annotation file with `images` (names and sizes) and `categories`; without it, `file_name` or
            `image_id` is the filename.
        choices: Whether `image_id` is a filename even where it is a number (`columns`).

    Raises:
        FileFormatError: Naming the first entry that does not fit.
    """
    predictions = _read(path, read_json(images) if images else None)
    if choices.columns.get("image_id") == "filename":
        predictions = replace(predictions, names_are_ids=False)
    return predictions


def _read(path: Path, annotation_file: Any) -> Predictions:
    if _is_of_boxes(first_entry(path)):
        # Decided before the columns are read by whatever reads them.
        table = read_fast(path)
        if table is not None:
            return _detections(path, table, annotation_file)
    results: Results | None = read_entries(path)
    about = None
    if results is None and is_json_lines(path):
        results = [entry for _, entry in json_lines(path)]
    elif results is None:
        about = read_json(path)
        results = _results(path.name, about)
    first = next(iter(results), {})
    _check_are_predictions(path.name, first, is_annotation_file=isinstance(about, dict))
    about = about if annotation_file is None else annotation_file
    if "keypoints" in first:
        return _keypoints(path.name, results, about)
    if "segmentation" in first and ("bbox" not in first or _is_of_masks(about)):
        return _segmentation(path.name, results, about)
    _check_are_boxes(path.name, results)
    return _detections(path, read_slowly(path.name, results), about)


def _check_are_boxes(source: str, results: Results) -> None:
    other = next((number for number, entry in enumerate(results) if "bbox" not in entry and "keypoints" in entry), None)
    if other is not None:
        raise FileFormatError(
            f"{source} mixes two tasks: entry 0 counting from 0 has a box and no keypoints, entry {other} "
            "keypoints and no box; write the boxes and the keypoints to files of their own"
        )


def _is_of_boxes(entry: Mapping[str, Any]) -> bool:
    return "bbox" in entry and "keypoints" not in entry


def _is_of_masks(about: Any) -> bool:
    """Return whether a file says of itself, as our exports do, that its boxes are only those around its masks."""
    info = about.get("info") if isinstance(about, dict) else None
    return isinstance(info, dict) and info.get("task") == SEGMENTATION


def _results(source: str, content: Any) -> Results:
    results = content
    if isinstance(content, dict):
        results = next((content[key] for key in _RESULT_KEYS if key in content), None)
    if not is_list_of(results, dict):
        if isinstance(content, dict) and "images" in content and results is None:
            return []
        raise FileFormatError(f"{source}: expected a list of results, or an object that holds it as 'annotations'")
    return results


def _check_are_predictions(source: str, first: Mapping[str, Any], *, is_annotation_file: bool) -> None:
    """Raise if a file describes images, or objects without a confidence, as annotation files do."""
    if is_annotation_file and not first:
        raise FileFormatError(
            f"{source} describes images and categories and holds no results: it is an annotation file; add the file of "
            "results beside it"
        )
    # Of keypoints each has a confidence of its own.
    if first and first.get("score") is None and "keypoints" not in first:
        raise FileFormatError(
            f"{source}: the objects have no 'score', so these are labels and not predictions; add them as labels, or "
            "give the results of a model"
        )


def _detections(path: Path, table: CocoTable, about: Any) -> Predictions:
    source = path.name
    images = images_of(source, table.images, table.file_names, about)
    categories = categories_of(source, table.categories, table.category_names, about)
    boxes = Boxes(images.of_entry, table.boxes, table.scores, categories.of_entry, layout=Layout.EXTENT)
    predictions = detection_predictions(source, images.filenames, categories.names, boxes, images.sizes)
    with path.open("rb") as file:
        has_masks = bool(_MASK.search(file.read(HEAD_BYTES)))
    return replace(
        predictions,
        findings=(
            *categories.findings,
            *images.findings,
            *table.findings,
            *predictions.findings,
            *([_MASKS_NOT_READ] if has_masks else []),
        ),
        category_ids=categories.ids,
        names_are_ids=images.are_ids,
        first_class=1,
    )


def _keypoints(source: str, results: Results, about: Any) -> Predictions:
    images = images_of(source, ids(source, results, "image_id"), texts(results, "file_name"), about)
    categories = categories_of(source, *category_ids(source, results), about)
    reading = KeypointReading()
    instances: list[list[KeypointInstancePrediction]] = [[] for _ in images.filenames]
    for number, result in enumerate(reported(results)):
        label = categories.of_entry[number]
        # Categories may be called by name; -1 is one that the file does not list.
        category_id = categories.ids[label] if label >= 0 else -1
        where = f"{source}, entry {number} counting from 0"
        image = images.of_entry[number]
        instance = reading.instance(where, {**result, "category_id": category_id}, images.filenames[image])
        instances[image].append(instance)
    return Predictions(
        images.filenames,
        categories.names,
        [KeypointPrediction(of_image) for of_image in instances],
        KEYPOINTS,
        (*categories.findings, *images.findings, *reading.findings(source)),
        category_ids=categories.ids,
        keypoint_names=categories.keypoint_names,
        skeletons=categories.skeletons,
        names_are_ids=images.are_ids,
        first_class=1,
    )


def _segmentation(source: str, results: Results, about: Any) -> Predictions:
    images = images_of(source, ids(source, results, "image_id"), texts(results, "file_name"), about)
    categories = categories_of(source, *category_ids(source, results), about)
    scores = _mask_scores(source, results)
    labels = categories.of_entry
    n_classes = len(categories.names)
    # By image, then by score: where masks overlap the last one wins, so the most confident comes last.
    order = np.lexsort((scores, images.of_entry))
    order = order[labels[order] >= 0]
    # Kept as JSON and unpacked image by image: Python's numbers take some ten times the memory of their text.
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

    findings = [_MASKED_PIXELS, *categories.findings, *images.findings]
    if (labels < 0).any():
        without_category = np.unique(images.of_entry[labels < 0])
        findings.insert(0, _UNKNOWN_CATEGORY.of([images.filenames[image] for image in without_category.tolist()]))
    maps = Maps(len(images.filenames), read, read_objects)
    return Predictions(
        images.filenames,
        categories.names,
        maps,
        SEGMENTATION,
        findings,
        category_ids=categories.ids,
        names_are_ids=images.are_ids,
        first_class=1,
    )


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
    if not isinstance(size, list) or [type(side) for side in size] != [int, int]:
        raise FileFormatError(f"{where}: expected a 'segmentation' of 'size' and 'counts'; encode polygons as masks")
    # COCO's size is height and width.
    height, width = size
    return run_lengths_of_counts(where, mask.get("counts"), height, width)
