import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.filename_rules import filename_rank
from al_core.formats.files.json_keys import is_plain_json, json_beginnings, may_be_of_image, parsed_beginning
from al_core.formats.files.reader import check_file
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import tree_names
from al_core.formats.predictions.class_table import Contents, read_class_table
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.tools.images import NAMED_AFTER_FILE, image_named_by, image_of_file, json_documents
from al_core.formats.tables.column_names import have_boxes
from al_core.formats.tables.json_columns import columns_of
from al_core.formats.tables.json_source import by_class, json_table, record_of_image, records_of
from al_core.formats.tables.sample import Content, sample_of_values
from al_core.formats.tables.table import CellTable

_OBJECT_KEY = re.compile(
    rb'"(box|boxes|bbox|bboxes|keypoints|segmentation|masks?|polygon|xmin|xyxy|embeddings?|detections|points|shapes?|regions)"\s*:'
    rb'|"(\w*[Bb]ox(es|_\w+)?|geometry|polygons?|rle|rois|relative_coordinates|rectangle|rotated_rect|facial_area|landmarks|\w*[Pp]oly|\w*[Vv]ertices|top_?[Ll]eft)"\s*:\s*[\[{]'
)
"""Keys of what has objects or a vector and not classes; words that may name a class too only before a list or object.
"""

_IMAGE_OF_LABELS = b'"source-ref"'
"""What SageMaker Ground Truth calls an image, beside whose label is a confidence: of people, and of one class."""

# Records that are looked at to recognize a file.
_FEW = 5
# Enough to find the first character behind a mark of the encoding and blanks.
_START_BYTES = 64
_NUMBERS = (Content.LISTS, Content.MAPPINGS)


def recognizes_classification_json(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON that has numbers of classes for images."""
    if not is_plain_json(path):
        return _are_of_classes(path, head)
    start = head.removeprefix(BOM).lstrip()
    if start[:1] not in (b"{", b"[") or _OBJECT_KEY.search(start) or _IMAGE_OF_LABELS in start:
        return False
    content = parsed_beginning(start)
    if isinstance(content, Mapping) and content.keys() & {"images", "annotations", "info"}:
        return False
    records = [record for record in records_of(content)[0] if isinstance(record, Mapping)]
    return bool(records) and not have_boxes(records[0]) and _has_classes(records[:_FEW])


def _are_of_classes(path: Path, head: bytes) -> bool:
    """Return whether something is a folder or archive whose first JSON file has the numbers of all classes."""
    if not any(map(may_be_of_image, tree_names(path, head))):
        return False
    start = next(json_beginnings(path), b"").removeprefix(BOM).lstrip()
    if _OBJECT_KEY.search(start):
        return False
    content = parsed_beginning(start)
    return bool(content) and _has_classes([record_of_image("", content)])


def _has_classes(records: list[Mapping[str, Any]]) -> bool:
    # The last entry of a list may be cut.
    whole = [{name: by_class(_without_last(value)) for name, value in record.items()} for record in records]
    samples = [sample_of_values(name, cells) for name, cells in columns_of(whole).items()]
    if any(sample.content in _NUMBERS for sample in samples):
        return True
    is_named = any(filename_rank(sample.name) is not None for sample in samples)
    # Whole numbers alone are labels, or numbers of anything.
    return is_named and any(sample.content is Content.NUMBERS for sample in samples)


def _without_last(value: Any) -> Any:
    return value[:-1] if isinstance(value, list) and len(value) > 1 else value


def read_classification_json(path: Path, *, choices: ReadingChoices = BY_CONTENT) -> Contents:
    """Return the class probabilities of JSON with a record, or a named value, per image.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    if tree_names(path, check_file(path)):
        return read_class_table(_table_of_files(path), choices)
    contents = read_class_table(json_table(path), choices)
    with path.open("rb") as file:
        is_object = file.read(_START_BYTES).removeprefix(BOM).lstrip().startswith(b"{")
    if is_object and isinstance(contents, Predictions) and contents.filenames is None and len(contents) == 1:
        # The answer of a server about one image.
        named = replace(contents, filenames=[image_of_file(path.name)])
        return named.with_findings([NAMED_AFTER_FILE])
    return contents


def _table_of_files(path: Path) -> CellTable:
    """Return the table of a folder or archive with one JSON file per image, which names it or is named after it."""
    records = []
    places = []
    for document in json_documents(path, may_be_of_image):
        own_name = image_named_by(document.content) if isinstance(document.content, Mapping) else ""
        records.append(record_of_image(own_name or image_of_file(document.filename), document.content))
        places.append(document.where)
    if not records:
        raise FileFormatError(f"{path.name} holds no JSON files; expected one with the classes of each image")
    return CellTable(path.name, columns_of(records), where=lambda row: places[row])
