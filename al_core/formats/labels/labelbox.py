"""Labelbox's export: one JSON object per line, a data row with the labels of each project."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_values import as_list, is_list_of
from al_core.formats.files.records import is_json_lines, json_lines
from al_core.formats.files.text import BOM, read_json
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.times import seconds_since_1970
from al_core.formats.names.addresses import image_name

Entry = Mapping[str, Any]


def recognizes_labelbox(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON of a data row."""
    start = head.removeprefix(BOM).lstrip()
    return start[:1] in (b"{", b"[") and b'"data_row"' in start


def read_labelbox(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of Labelbox's export; skipped data rows and those without a label are open.

    Raises:
        FileFormatError: Naming the first line that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    for where, row in _rows(path):
        about = row.get("data_row") if isinstance(row, dict) else None
        if not isinstance(about, dict):
            raise FileFormatError(f"{where} has no 'data_row'; export data rows from Labelbox")
        filename = _filename(where, about)
        written = list(_labels(where, row))
        if not written:
            labels.leave_open(filename)
        for label in written:
            details = _object(label, "label_details")
            labels.annotate(
                filename,
                annotator=str(details.get("created_by") or ""),
                time=seconds_since_1970(details.get("updated_at") or details.get("created_at")),
                size=_size(row),
            )
            _add(where, _object(label, "annotations"), labels)
    return labels.finished()


def _rows(path: Path) -> Iterable[tuple[str, Any]]:
    if is_json_lines(path):
        return json_lines(path)
    content = read_json(path)
    return [(f"{path.name}, entry {number} counting from 0", row) for number, row in enumerate(as_list(content))]


def _filename(where: str, about: Entry) -> str:
    for key in ("external_id", "global_key", "row_data"):
        if isinstance(about.get(key), str) and about[key].strip():
            return image_name(about[key])
    raise FileFormatError(f"{where} has neither external_id nor global_key; give the data rows their filenames")


def _labels(where: str, row: Entry) -> Iterator[Entry]:
    for project in _object(row, "projects").values():
        labels = project.get("labels", []) if isinstance(project, dict) else None
        if not is_list_of(labels, dict):
            raise FileFormatError(f"{where}: expected a list 'labels' in each project; export again from Labelbox")
        yield from (label for label in labels if not _object(label, "performance_details").get("skipped"))


def _size(row: Entry) -> Size | None:
    about = _object(row, "media_attributes")
    width = about.get("width")
    height = about.get("height")
    is_size = all(isinstance(side, int | float) and side > 0 for side in (width, height))
    return (width, height) if is_size else None  # type: ignore[return-value]  # both are numbers


def _add(where: str, annotations: Entry, labels: LabelCollector) -> None:
    for classification in _list(where, annotations, "classifications"):
        _add_classes(where, classification, labels)
    for entry in _list(where, annotations, "objects"):
        _add_object(where, entry, labels)


def _add_classes(where: str, classification: Entry, labels: LabelCollector) -> None:
    answers = [classification.get("radio_answer"), *_list(where, classification, "checklist_answers")]
    for answer in answers:
        if isinstance(answer, dict) and isinstance(answer.get("name") or answer.get("value"), str):
            labels.add_class(str(answer.get("name") or answer.get("value")))
    if "text_answer" in classification:
        labels.add_unread()


def _add_object(where: str, entry: Entry, labels: LabelCollector) -> None:
    name = str(entry.get("name") or entry.get("value") or "")
    if "bounding_box" in entry:
        left, top, width, height = _numbers(where, entry["bounding_box"], "left", "top", "width", "height")
        labels.add_box(name, (left, top, left + width, top + height))
    elif "polygon" in entry:
        points = [_numbers(where, point, "x", "y") for point in _list(where, entry, "polygon")]
        labels.add_polygons(name, [[(x, y) for x, y in points]])
    elif "point" in entry:
        x, y = _numbers(where, entry["point"], "x", "y")
        # The only point of its object, with COCO's flag of one that can be seen.
        labels.add_keypoints(name, [(0, x, y, 2)])
    elif "mask" in entry or "composite_mask" in entry:
        raise FileFormatError(
            f"{where}: masks are pictures on Labelbox's server, which are not downloaded; "
            "export polygons, or label maps as PNG files"
        )
    else:
        labels.add_unread()


def _object(entry: Entry, key: str) -> Entry:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _list(where: str, entry: Entry, key: str) -> Sequence[Entry]:
    values = entry.get(key) or []
    if not is_list_of(values, dict):
        raise FileFormatError(f"{where}: expected a list of objects {key!r}, found {values!a:.80}")
    return values


def _numbers(where: str, entry: Any, *keys: str) -> list[float]:
    values = [entry.get(key) if isinstance(entry, dict) else None for key in keys]
    if not all(type(value) in (int, float) for value in values):
        raise FileFormatError(f"{where}: expected numbers {', '.join(keys)}, found {entry!a:.80}")
    return [float(value) for value in values if value is not None]
