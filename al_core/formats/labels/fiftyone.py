"""FiftyOne: what people said is on images, in labels.json or in a field of samples.json."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.json_values import as_list, is_list_of
from al_core.formats.files.progress import reported
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.entries import VISIBLE
from al_core.formats.labels.label_findings import HAS_SCORES
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.tools.fiftyone import FILES, is_fiftyone_folder, is_labels_json
from al_core.formats.predictions.tools.fiftyone_classes import has_certainty
from al_core.formats.predictions.tools.images import image_of_file, json_documents, own_name
from al_core.formats.predictions.tools.values import below, image_size, label_of, number_list

_RELATIVE = (1.0, 1.0)
# COCO's flag of a keypoint that is labeled and can be seen.
_USUAL_FIELD = "ground_truth"


def recognizes_fiftyone_labels(path: Path, head: bytes) -> bool:
    """Return whether a file is a labels.json or samples.json of FiftyOne, or a folder or archive holds one."""
    is_samples = {"samples", "filepath", "_cls"} <= json_keys(path, head)
    return is_fiftyone_folder(path, head) and (is_samples or is_labels_json(path, head))


def read_fiftyone_labels(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return classes, detections, polylines and keypoints.

    Of the fields of samples, `ground_truth` is read, or else the only one whose labels have no confidences. What is
    null has not been labeled; a sample with an empty list has, and nothing is on it.

    Raises:
        FileFormatError: Naming the sample that does not fit, or the fields if several could be meant.
    """
    document = next(json_documents(path, lambda name: name.rpartition("/")[2] in FILES), None)
    if document is None or not isinstance(document.content, dict):
        raise FileFormatError(f"{path.name} holds neither {' nor '.join(FILES)}; give one of them")
    labels = LabelCollector(path.name, choices)
    samples = document.content.get("samples")
    if isinstance(samples, list):
        _add_samples(document.where, samples, labels)
    else:
        _add_labels(document.where, document.content, labels)
    return labels.finished()


def _add_labels(source: str, content: Mapping[str, Any], labels: LabelCollector) -> None:
    of_images = content.get("labels")
    if not isinstance(of_images, dict):
        raise FileFormatError(f"{source}: expected 'labels', an object by filename")
    classes = content.get("classes")
    names = classes if is_list_of(classes, str) else []
    labels.list_classes(names)
    for name, value in reported(list(of_images.items())):
        # The names are stems, and what follows their last dot is no suffix.
        filename = image_of_file(f"{name}.json")
        if value is None:
            labels.leave_open(filename)
            continue
        labels.annotate(filename, units=_RELATIVE)
        for entry in as_list(value):
            label = entry if isinstance(entry, Mapping) else {"label": entry}
            _add_label(f"{source}, {name[:80]!a}", label, names, labels)


def _add_label(where: str, entry: Mapping[str, Any], names: Sequence[str], labels: LabelCollector) -> None:
    number_or_name = label_of(where, entry.get("label"))
    is_number = isinstance(number_or_name, int) and number_or_name < len(names)
    name = names[number_or_name] if is_number else str(number_or_name)  # type: ignore[index]  # it is a number then
    if has_certainty(entry):
        labels.add_note(HAS_SCORES)
    if "bounding_box" in entry:
        labels.add_box(name, below(*number_list(where, entry["bounding_box"], "bounding_box", 4)))
    else:
        labels.add_class(name)


def _add_samples(source: str, samples: Sequence[Any], labels: LabelCollector) -> None:
    field = _labeled_field(source, samples)
    for position, sample in enumerate(reported(samples)):
        where = f"{source}, sample {position} counting from 0"
        filename = own_name(sample)
        if not filename:
            raise FileFormatError(f"{where} has no filepath; add it")
        value = sample.get(field)
        if not isinstance(value, dict):
            labels.leave_open(filename)
            continue
        width, height = image_size(sample.get("metadata"))
        labels.annotate(filename, size=(width, height) if width > 0 else None, units=_RELATIVE)
        for kind, entry in _entries(where, value):
            if kind not in _ADDERS:
                labels.add_unread()
                continue
            if has_certainty(entry):
                labels.add_note(HAS_SCORES)
            _ADDERS[kind](where, entry, labels)


def _labeled_field(source: str, samples: Sequence[Any]) -> str:
    """Return the field with what people said."""
    fields: dict[str, bool] = {}
    for sample in samples:
        for name, value in sample.items() if isinstance(sample, dict) else ():
            entries = _entries(source, value) if isinstance(value, dict) and "_cls" in value else []
            if any(kind in _ADDERS for kind, _ in entries):
                is_certain = any(has_certainty(entry) for _, entry in entries)
                fields[name] = fields.get(name, False) or is_certain
    of_people = [name for name, is_certain in fields.items() if not is_certain]
    if _USUAL_FIELD in fields:
        return _USUAL_FIELD
    if len(of_people) == 1:
        return of_people[0]
    shown = ", ".join(map(repr, list(fields)[:10])) or "none"
    raise FileFormatError(
        f"{source}: it is unclear which field has the labels of people; its fields are {shown}; export one of them, "
        f"for example dataset.select_fields({of_people[0] if of_people else _USUAL_FIELD!r}).export(...)"
    )


def _entries(where: str, value: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the labels of a field, each with its kind: a field is one label or a list of them."""
    kind = str(value.get("_cls"))
    inner = value.get(kind.lower())
    if not isinstance(inner, list):
        return [(kind, value)] if kind in _ADDERS else []
    if not all(isinstance(entry, dict) for entry in inner):
        raise FileFormatError(f"{where}: expected a list of objects as {kind.lower()!r}")
    return [(kind.removesuffix("s"), entry) for entry in inner]


def _name(where: str, entry: Mapping[str, Any]) -> str:
    return str(label_of(where, entry.get("label")))


def _add_class(where: str, entry: Mapping[str, Any], labels: LabelCollector) -> None:
    labels.add_class(_name(where, entry))


def _add_detection(where: str, entry: Mapping[str, Any], labels: LabelCollector) -> None:
    labels.add_box(_name(where, entry), below(*number_list(where, entry.get("bounding_box"), "bounding_box", 4)))


def _add_polyline(where: str, entry: Mapping[str, Any], labels: LabelCollector) -> None:
    if not entry.get("closed") and not entry.get("filled"):
        labels.add_unread()
        return
    polygons = [_points(where, polygon) for polygon in entry.get("points") or []]
    labels.add_polygons(_name(where, entry), polygons)


def _add_keypoint(where: str, entry: Mapping[str, Any], labels: LabelCollector) -> None:
    keypoints: list[tuple[int, float, float, int]] = []
    for number, (x, y) in enumerate(_points(where, entry.get("points"))):
        # Points that were not drawn are there without a place.
        if math.isfinite(x) and math.isfinite(y):
            keypoints.append((number, x, y, VISIBLE))
    labels.add_keypoints(_name(where, entry), keypoints)


def _points(where: str, points: Any) -> list[tuple[float, float]]:
    are_pairs = isinstance(points, list) and all(isinstance(point, list) and len(point) == 2 for point in points)
    if not are_pairs:
        raise FileFormatError(f"{where}: expected points of x and y, found {points!a:.80}")
    return [(_coordinate(x), _coordinate(y)) for x, y in points]


def _coordinate(value: Any) -> float:
    # MongoDB's JSON has no NaN of its own.
    return float(value) if isinstance(value, int | float) else math.nan


_ADDERS: Mapping[str, Callable[[str, Mapping[str, Any], LabelCollector], None]] = {
    "Classification": _add_class,
    "Detection": _add_detection,
    "Polyline": _add_polyline,
    "Keypoint": _add_keypoint,
}
"""What is read, by the name of its class in FiftyOne."""
