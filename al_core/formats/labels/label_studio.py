"""Label Studio's JSON, with all annotations of each task, and JSON-MIN, with one record for each annotation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_values import as_list, is_list_of
from al_core.formats.files.progress import reported
from al_core.formats.files.text import begins_as_json, read_json
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.label_studio_regions import PERCENT, add_regions, size_of
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.times import seconds_since_1970
from al_core.formats.names.addresses import image_name, image_of_task

_OF_TASKS = (b'"completed_by"', b'"was_cancelled"', b'"total_annotations"', b'"drafts"', b'"result"', b'"file_upload"')
_OF_RECORDS = (b'"annotation_id"', b'"annotator"')
_ABOUT_ANNOTATION = (
    "annotation_id",
    "annotator",
    "created_at",
    "updated_at",
    "lead_time",
    "id",
    "agreement",
    "history",
)

_POINTS_APART = note(
    "keypoints-apart",
    "JSON-MIN and CSV do not say which keypoints are of one object",
    "each is read as an object of its own; export as JSON",
)


def recognizes_label_studio(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON of tasks that have annotations."""
    return begins_as_json(head) and b'"annotations"' in head and any(key in head for key in _OF_TASKS)


def recognizes_label_studio_min(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON of records that each name an annotation and its annotator."""
    return begins_as_json(head) and all(key in head for key in _OF_RECORDS)


def read_label_studio(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of Label Studio's JSON; skipped tasks and tasks without annotation are open.

    Raises:
        FileFormatError: Naming the first task that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for where, task in _records(path):
        about = task.get("data")
        filename = image_of_task(about) if isinstance(about, dict) else None
        if filename is None:
            raise FileFormatError(f"{where} has no image in its 'data'; export the tasks of an image project")
        annotations = [entry for entry in _annotations(where, task) if not entry.get("was_cancelled")]
        if not annotations:
            labels.leave_open(filename)
        for annotation in annotations:
            regions = [_region(where, result) for result in _list(where, annotation, "result")]
            labels.annotate(
                filename,
                annotator=_annotator(annotation.get("completed_by")),
                time=seconds_since_1970(annotation.get("updated_at") or annotation.get("created_at")),
                size=size_of(regions),
                units=PERCENT,
            )
            add_regions(where, regions, labels)
    return labels.finished()


def read_label_studio_min(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of Label Studio's JSON-MIN.

    Raises:
        FileFormatError: Naming the first record that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for where, record in _records(path):
        filename = image_of_task(record)
        if filename is None:
            raise FileFormatError(f"{where} has no image; export the tasks of an image project")
        add_flat_annotation(where, filename, record, _controls(record, filename), labels)
    return labels.finished()


def add_flat_annotation(
    where: str, filename: str, record: Mapping[str, Any], controls: Sequence[Any], labels: LabelCollector
) -> None:
    """Add an annotation of JSON-MIN, CSV or TSV.

    Args:
        where: For messages.
        filename: The image.
        record: Has `annotator`, `created_at` and `updated_at`.
        controls: What was entered in each part of the labeling interface: a list of regions, a choice, or choices.
        labels: Where to add it.
    """
    regions = [region for control in controls for region in flat_regions(where, control)]
    labels.annotate(
        filename,
        annotator=_annotator(record.get("annotator")),
        time=seconds_since_1970(record.get("updated_at") or record.get("created_at")),
        size=size_of(regions),
        units=PERCENT,
    )
    if any("keypointlabels" in region for region in regions):
        labels.add_note(_POINTS_APART)
    add_regions(where, regions, labels)


def flat_regions(where: str, control: Any) -> Sequence[Mapping[str, Any]]:
    """Return the regions of one part of the labeling interface, as JSON-MIN, CSV and TSV have it."""
    if isinstance(control, str):
        return [{"choices": [control]}]
    if isinstance(control, dict) and isinstance(control.get("choices"), list):
        return [control]
    if is_list_of(control, dict):
        return list(control)
    if isinstance(control, list):
        return [{"taxonomy": [as_list(entry) for entry in control]}]
    return []


def _controls(record: Mapping[str, Any], filename: str) -> list[Any]:
    # What the task was made of comes before its id, what was entered after it. Where another tool has sorted the keys,
    # the image may come after it, too.
    keys = list(record)
    entered = keys[keys.index("id") + 1 :] if "id" in record else keys
    values = [record[key] for key in entered if key not in _ABOUT_ANNOTATION]
    return [value for value in values if not (isinstance(value, str) and filename in (value, image_name(value)))]


def _records(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    content = read_json(path)
    records: list[tuple[str, Mapping[str, Any]]] = []
    for number, task in enumerate(reported(as_list(content))):
        where = f"{path.name}, task {number} counting from 0"
        if not isinstance(task, dict):
            raise FileFormatError(f"{where}: expected an object, found {type(task).__name__}; export as JSON")
        records.append((where, task))
    return records


def _annotations(where: str, task: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    # Before version 1.0 they were called completions.
    key = "annotations" if "annotations" in task else "completions"
    return _list(where, task, key)


def _list(where: str, mapping: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    entries = mapping.get(key, [])
    if not is_list_of(entries, dict):
        raise FileFormatError(f"{where}: expected a list of objects {key!r}, found {entries!a:.80}; export as JSON")
    return entries


def _region(where: str, result: Mapping[str, Any]) -> Mapping[str, Any]:
    value = result.get("value", {})
    if not isinstance(value, dict):
        raise FileFormatError(f"{where}: expected an object 'value' in each result, found {value!a:.80}")
    return {**result, **value}


def _annotator(by: Any) -> str:
    if isinstance(by, dict):
        by = by.get("email") or by.get("username") or by.get("id")
    return "" if by is None else str(by)
