"""FiftyOne: labels.json of a detection dataset, or samples.json whose fields hold what models predicted."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.reader import Reader
from al_core.formats.files.tree import tree_names
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.tools.images import image_of_file, json_documents, own_name
from al_core.formats.predictions.tools.objects import (
    MASKS_NOT_READ,
    NO_BOX,
    Label,
    ObjectColumns,
    below,
    confidence_of,
    label_of,
    number,
    number_list,
)
from al_core.formats.predictions.tools.tool import SUFFIXES

_FILES = ("samples.json", "labels.json")
_KINDS = {"Detections": "detections", "Keypoints": "keypoints"}
"""The classes of fields that are read, and under which key each has its objects."""

_CLASSIFICATION = "Classification"

_USUAL_FIELD = "predictions"


def recognizes_fiftyone(path: Path, head: bytes) -> bool:
    """Return whether a file has the keys of labels.json or samples.json, or a folder or archive holds one."""
    names = [name.rpartition("/")[2] for name in tree_names(path, head)]
    if names and not any(name in _FILES for name in names):
        return False
    keys = json_keys(path, head)
    return {"samples", "filepath", "_cls"} <= keys or {"classes", "labels", "bounding_box"} <= keys


def read_fiftyone(path: Path) -> Predictions:
    """Return the detections, keypoints or classes of a `labels.json` or `samples.json`, also in a folder or archive.

    Of the fields of samples, `predictions` is read, or else the only one whose objects have confidences.

    Raises:
        FileFormatError: Naming the sample that does not fit, or the fields if several could be meant.
    """
    document = next(json_documents(path, _is_dataset), None)
    if document is None:
        raise FileFormatError(f"{path.name} holds neither {' nor '.join(_FILES)}; give one of them")
    if not isinstance(document.content, dict):
        raise FileFormatError(f"{document.where}: expected an object with samples or labels")
    samples = document.content.get("samples")
    if isinstance(samples, list):
        return _predictions_of_samples(document.where, samples)
    objects = ObjectColumns()
    _add_labels(objects, document.where, document.content)
    return objects.predictions(path.name, image_of_file(path.name))


def _is_dataset(name: str) -> bool:
    return name.rpartition("/")[2] in _FILES


def _add_labels(objects: ObjectColumns, source: str, content: Mapping[str, Any]) -> None:
    labels = content.get("labels")
    if not isinstance(labels, dict):
        raise FileFormatError(f"{source}: expected 'labels', an object by filename")
    classes = content.get("classes")
    if isinstance(classes, list) and classes and all(isinstance(name, str) for name in classes):
        objects.class_names = classes
    for name, detections in labels.items():
        # The names are stems, and what follows their last dot is no suffix.
        objects.begin_image(image_of_file(f"{name}.json"))
        _add_detections(objects, f"{source}, {name[:80]!a}", detections or [])


def _predictions_of_samples(source: str, samples: Sequence[Any]) -> Predictions:
    field = _field(source, samples)
    fields: list[tuple[str, str, dict[str, Any]]] = []
    for position, sample in enumerate(samples):
        where = f"{source}, sample {position} counting from 0"
        if not isinstance(sample, dict) or not own_name(sample):
            raise FileFormatError(f"{where} has no filepath; add it")
        # A field that is null was not predicted; one without objects was.
        if isinstance(sample.get(field), dict):
            fields.append((where, own_name(sample), sample[field]))
    objects = ObjectColumns()
    for where, filename, value in fields:
        objects.begin_image(filename)
        entries = value.get(_KINDS.get(str(value.get("_cls")), ""), [])
        if value.get("_cls") == _CLASSIFICATION:
            objects.set_class(str(label_of(where, value.get("label"))), confidence_of(where, value, "confidence"))
        elif value.get("_cls") == "Keypoints":
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
                n_confident[name] += value.get("confidence") is not None
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
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise FileFormatError(f"{where}: expected a list of objects, found {entries!a:.80}")
    return entries


FIFTYONE = Reader(
    "fiftyone",
    "FiftyOne",
    "labels.json with label, bounding_box and confidence by image; or samples.json whose samples have "
    "detections, keypoints or classes with confidences",
    SUFFIXES,
    recognizes_fiftyone,
    read_fiftyone,
)
