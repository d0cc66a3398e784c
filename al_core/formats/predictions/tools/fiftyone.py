"""FiftyOne: labels.json of detections or classes, or samples.json whose fields hold what models predicted."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_keys import json_beginnings, json_keys
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.reader import Reader
from al_core.formats.files.tree import tree_names
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.fiftyone_classes import ImageClass, class_predictions, has_certainty, is_class
from al_core.formats.predictions.tools.images import image_of_file, json_documents, own_name
from al_core.formats.predictions.tools.objects import MASKS_NOT_READ, NO_BOX, ObjectColumns
from al_core.formats.predictions.tools.tool import SUFFIXES
from al_core.formats.predictions.tools.values import Label, below, confidence_of, label_of, number, number_list

FILES = ("samples.json", "labels.json")
_KINDS = {"Detections": "detections", "Keypoints": "keypoints"}
"""The classes of fields that are read, and under which key each has its objects."""

_CLASSIFICATION = "Classification"

_USUAL_FIELD = "predictions"


_LABELS_BY_IMAGE = re.compile(rb'"labels"\s*:\s*\{')


def is_labels_json(path: Path, head: bytes) -> bool:
    """Return whether a file, or one in a folder or archive, has classes and labels by image, as labels.json has."""
    if not {"classes", "labels"} <= json_keys(path, head):
        return False
    return any(_LABELS_BY_IMAGE.search(content) for content in json_beginnings(path))


def is_fiftyone_folder(path: Path, head: bytes) -> bool:
    """Return whether something is a file, or a folder or archive with one of FiftyOne's."""
    names = [name.rpartition("/")[2] for name in tree_names(path, head)]
    return not names or any(name in FILES for name in names)


def recognizes_fiftyone(path: Path, head: bytes) -> bool:
    """Return whether a file has the keys of labels.json or samples.json, or a folder or archive holds one."""
    if not is_fiftyone_folder(path, head):
        return False
    keys = json_keys(path, head)
    has_content = bool({"bounding_box", "confidence", "logits"} & keys)
    return {"samples", "filepath", "_cls"} <= keys or (has_content and is_labels_json(path, head))


def read_fiftyone(path: Path) -> Predictions | ScoreTable:
    """Return detections, keypoints, logits, or the scores of the most probable classes.

    They are in a `labels.json` or `samples.json`, also in a folder or archive. Of the fields of samples, `predictions`
    is read, or else the only one whose objects have confidences.

    Raises:
        FileFormatError: Naming the sample that does not fit, or the fields if several could be meant.
    """
    document = next(json_documents(path, _is_dataset), None)
    if document is None:
        raise FileFormatError(f"{path.name} holds neither {' nor '.join(FILES)}; give one of them")
    if not isinstance(document.content, dict):
        raise FileFormatError(f"{document.where}: expected an object with samples or labels")
    samples = document.content.get("samples")
    if isinstance(samples, list):
        return _predictions_of_samples(document.where, samples)
    labels = document.content.get("labels")
    if isinstance(labels, dict) and any(map(is_class, labels.values())):
        return _predictions_of_classes(document.where, labels, document.content.get("classes"))
    objects = ObjectColumns()
    _add_labels(objects, document.where, document.content)
    return objects.predictions(path.name, image_of_file(path.name))


def _is_dataset(name: str) -> bool:
    return name.rpartition("/")[2] in FILES


def _predictions_of_classes(source: str, labels: Mapping[str, Any], classes: Any) -> Predictions | ScoreTable:
    # What is null was not predicted.
    predicted = {name: entry for name, entry in labels.items() if isinstance(entry, dict)}
    images = [
        ImageClass(f"{source}, {name[:80]!a}", image_of_file(f"{name}.json"), entry)
        for name, entry in predicted.items()
    ]
    return class_predictions(source, images, classes if is_list_of(classes, str) else None)


def _add_labels(objects: ObjectColumns, source: str, content: Mapping[str, Any]) -> None:
    labels = content.get("labels")
    if not isinstance(labels, dict):
        raise FileFormatError(f"{source}: expected 'labels', an object by filename")
    classes = content.get("classes")
    if classes and is_list_of(classes, str):
        objects.class_names = classes
    for name, detections in labels.items():
        # The names are stems, and what follows their last dot is no suffix.
        objects.begin_image(image_of_file(f"{name}.json"))
        _add_detections(objects, f"{source}, {name[:80]!a}", detections or [])


def _predictions_of_samples(source: str, samples: Sequence[Any]) -> Predictions | ScoreTable:
    field = _field(source, samples)
    fields: list[tuple[str, str, dict[str, Any]]] = []
    for position, sample in enumerate(samples):
        where = f"{source}, sample {position} counting from 0"
        if not isinstance(sample, dict) or not own_name(sample):
            raise FileFormatError(f"{where} has no filepath; add it")
        # A field that is null was not predicted; one without objects was.
        if isinstance(sample.get(field), dict):
            fields.append((where, own_name(sample), sample[field]))
    classes = [ImageClass(*entry) for entry in fields if entry[2].get("_cls") == _CLASSIFICATION]
    if classes:
        return class_predictions(source, classes, None)
    objects = ObjectColumns()
    for where, filename, value in fields:
        objects.begin_image(filename)
        entries = value.get(_KINDS.get(str(value.get("_cls")), ""), [])
        if value.get("_cls") == "Keypoints":
            _add_keypoints(objects, where, entries)
        else:
            _add_detections(objects, where, entries)
    return objects.predictions(source, source)


def _field(source: str, samples: Sequence[Any]) -> str:
    """Return the field with what a model predicted."""
    n_confident: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for sample in samples:
        for name, value in sample.items() if isinstance(sample, dict) else ():
            kind = value.get("_cls") if isinstance(value, dict) else None
            if kind == _CLASSIFICATION:
                n_confident[name] += has_certainty(value)
            elif kind in _KINDS:
                n_confident[name] += _is_confident(value.get(_KINDS[kind]))
            elif kind is not None:
                others[f"{name} ({kind})"] += 1
    fields = [name for name, count in n_confident.items() if count]
    if _USUAL_FIELD in fields or (not fields and _USUAL_FIELD in n_confident):
        return _USUAL_FIELD
    if len(fields) == 1:
        return fields[0]
    if fields:
        raise FileFormatError(
            f"{source} holds the predictions of {len(fields)} fields: {', '.join(map(repr, fields[:10]))}; export one "
            f"of them, for example dataset.select_fields({fields[0]!r}).export(...)"
        )
    seen = ", ".join([*map(repr, n_confident), *map(repr, others)][:10]) or "no labels"
    raise FileFormatError(
        f"{source} has no field of detections, keypoints or classes with confidences; it has {seen}; labels without "
        "confidences are not predictions"
    )


def _is_confident(entries: Any) -> bool:
    has_confidence = (isinstance(entry, dict) and entry.get("confidence") is not None for entry in entries or [])
    return any(has_confidence)


def _add_detections(objects: ObjectColumns, where: str, entries: Any) -> None:
    for entry in _listed(where, entries):
        objects.add(
            below(*number_list(where, entry.get("bounding_box"), "bounding_box", 4)),
            confidence_of(where, entry, "confidence"),
            label_of(where, entry.get("label")),
        )
        if entry.get("mask") or entry.get("mask_path"):
            objects.note(MASKS_NOT_READ)


def _add_keypoints(objects: ObjectColumns, where: str, entries: Any) -> None:
    for entry in _listed(where, entries):
        points = entry.get("points")
        confidences = entry.get("confidence")
        if not isinstance(points, list) or not isinstance(confidences, list) or len(points) != len(confidences):
            raise FileFormatError(f"{where}: expected points, and as many numbers as confidence; found {entry!a:.80}")
        label: Label = label_of(where, entry.get("label") or "object")
        keypoints: list[float] = []
        for point, confidence in zip(points, confidences, strict=True):
            keypoints += _keypoint(where, point, confidence)
        # FiftyOne has a confidence for each point and none for the object.
        score = sum(keypoints[2::3]) / max(len(points), 1)
        objects.add(NO_BOX, score, label, keypoints=keypoints)


def _keypoint(where: str, point: Any, confidence: Any) -> list[float]:
    """Return x, y and confidence; a point that is missing has NaN for its place and no confidence."""
    if not isinstance(point, list) or len(point) != 2:
        raise FileFormatError(f"{where}: a point is x and y, found {point!a:.80}")
    x, y, certainty = (_extended_number(where, value) for value in (*point, confidence))
    is_there = math.isfinite(x) and math.isfinite(y)
    return [x, y, certainty] if is_there else [0.0, 0.0, 0.0]


def _extended_number(where: str, value: Any) -> float:
    # MongoDB's JSON has no NaN of its own.
    if value is None or value == {"$numberDouble": "NaN"}:
        return math.nan
    return number(where, value, "points")


def _listed(where: str, entries: Any) -> list[dict[str, Any]]:
    if not is_list_of(entries, dict):
        raise FileFormatError(f"{where}: expected a list of objects, found {entries!a:.80}")
    return entries


FIFTYONE = Reader(
    "fiftyone",
    "FiftyOne",
    "labels.json with label and confidence, of boxes or of whole images; or samples.json whose samples have "
    "detections, keypoints or classes with confidences or logits",
    SUFFIXES,
    recognizes_fiftyone,
    read_fiftyone,
)
