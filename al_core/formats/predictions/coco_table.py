"""The columns of COCO results, through Arrow where the file allows it and entry by entry where it does not."""

import mmap
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import json_numbers
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.coco_entries import entry_blocks, entry_cut, is_list
from al_core.types import Rows

Results = Collection[Mapping[str, Any]]
"""The entries of a file, in memory or parsed at each iteration."""


_ROTATED = note("rotated-as-boxes", "Rotated boxes are read as the upright boxes around them")
_N_OF_CORNERS = 8


@dataclass(frozen=True)
class Ids:
    """A column of ids: each different one once, and the position of every entry's id among them."""

    different: list[int | str]
    position: Rows


@dataclass(frozen=True)
class CocoTable:
    """The entries of a COCO results file that are boxes.

    Attributes:
        images: The `image_id` of each entry.
        categories: The `category_id` of each entry, or its `category_name` if there is none.
        boxes: (B, 4) float32 x, y, width and height.
        scores: (B,) float32.
        file_names: The `file_name` of each entry, or None if entries have none.
        category_names: What entries call each category.
        findings: What was noticed.
    """

    images: Ids
    categories: Ids
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    file_names: Ids | None = None
    category_names: Mapping[int | str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_fast(path: Path) -> CocoTable | None:
    """Return the boxes of a plain list of results, or None if it has to be read entry by entry.

    Arrow reads one object per line, so the commas between the entries become line ends. Where such a comma is inside a
    text or a nested list the line is no longer JSON: a wrong cut is noticed and never misread.
    """
    import pyarrow as pa
    import pyarrow.json

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content[:HEAD_BYTES]
        if not is_list(content) or b'"bbox"' not in start:
            return None
        # Arrow is told the types, which it would guess anew in each block.
        texts = [name for name in ("file_name", "category_name") if f'"{name}"'.encode() in start]
        id_type = pa.string() if re.search(rb'"image_id"\s*:\s*"', start) else pa.int64()
        schema = pa.schema(
            {"image_id": id_type, "category_id": pa.int64(), "bbox": pa.list_(pa.float32()), "score": pa.float32()}
            | dict.fromkeys(texts, pa.string())
        )
        options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        cut = entry_cut(content)
        tables: list[pa.Table] = []
        boxes: list[NDArray[np.float32]] = []
        try:
            for first, last in reported(entry_blocks(content, cut)):
                # Read, not sliced: the pages of a mapped file stay in memory once touched.
                file.seek(first)
                lines = pa.BufferReader(file.read(last - first).replace(cut, b"}\n{"))
                table = pyarrow.json.read_json(lines, parse_options=options)
                block_boxes = _arrow_boxes(table)
                if block_boxes is None:
                    return None
                boxes.append(block_boxes)
                tables.append(table.drop_columns("bbox"))
        except pa.ArrowException:
            return None
    if not tables:
        return None
    table = pa.concat_tables(tables)
    scores = table["score"].to_numpy()
    columns = {name: _arrow_ids(table[name]) for name in ("image_id", "category_id", *texts)}
    return CocoTable(
        columns["image_id"],
        columns["category_id"],
        np.concatenate(boxes),
        scores,
        columns.get("file_name"),
        names_of(columns["category_id"], columns.get("category_name")),
    )


def _arrow_boxes(table: Any) -> NDArray[np.float32] | None:
    """Return the (rows, 4) boxes of a table, or None if an entry lacks something."""
    import pyarrow.compute as pc

    boxes = table["bbox"].combine_chunks()
    values = boxes.flatten()
    if any(column.null_count for column in (*table.columns, values)):
        return None
    if pc.unique(pc.list_value_length(boxes)).to_pylist() != [4]:
        return None
    corners: NDArray[np.float32] = values.to_numpy().reshape(-1, 4)
    # A copy lets go of the block that Arrow has parsed.
    return corners.copy()


def _arrow_ids(column: Any) -> Ids:
    encoded = column.combine_chunks().dictionary_encode()
    return Ids(encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64))


def ids(source: str, results: Results, key: str) -> Ids:
    """Return a column of ids, read entry by entry.

    Raises:
        FileFormatError: Naming the first entry that has none.
    """
    values: list[Any] = [_whole(result.get(key)) for result in results]
    for number, value in enumerate(values):
        if not isinstance(value, int | str):
            raise FileFormatError(f"{source}, entry {number} counting from 0 has no {key!r}; give its number or name")
    return _distinct(values)


def texts(results: Results, key: str) -> Ids | None:
    """Return a column of texts, or None unless every entry has one."""
    values = [result.get(key) for result in results]
    return _distinct(values) if values and all(isinstance(value, str) for value in values) else None


def category_ids(source: str, results: Results) -> tuple[Ids, Mapping[int | str, str]]:
    """Return the category of each entry by its id, or by its name if entries have only that, and the names of ids.

    Raises:
        FileFormatError: Naming the first entry that has neither.
    """
    names = texts(results, "category_name")
    if names and all(result.get("category_id") is None for result in results):
        return names, {}
    numbers = ids(source, results, "category_id")
    return numbers, names_of(numbers, names)


def names_of(category_ids: Ids, category_names: Ids | None) -> Mapping[int | str, str]:
    """Return the name of each category, if entries have names and call each id by one, and no two alike."""
    if category_names is None:
        return {}
    pairs = np.unique(np.column_stack([category_ids.position, category_names.position]), axis=0)
    # As many pairs as ids and as names: each id has one name, and no two share it.
    if not len(category_ids.different) == len(category_names.different) == len(pairs):
        return {}
    return {category_ids.different[key]: str(category_names.different[name]) for key, name in pairs.tolist()}


def _whole(value: Any) -> Any:
    # Tables of pandas make 3 to 3.0; a truth value is not a number.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if isinstance(value, bool) else value


def _distinct(values: list[Any]) -> Ids:
    different: list[int | str] = list(dict.fromkeys(values))
    position = {value: number for number, value in enumerate(different)}
    return Ids(different, np.fromiter(map(position.__getitem__, values), dtype=np.int64, count=len(values)))


def read_slowly(source: str, results: Results) -> CocoTable:
    """Return the boxes of results, read entry by entry.

    Raises:
        FileFormatError: Naming the first entry that is not a box.
    """
    boxes = [result.get("bbox", _box_around(result.get("poly"))) for result in results]
    for number, box in enumerate(boxes):
        if not isinstance(box, list) or len(box) != 4:
            raise FileFormatError(f"{source}, entry {number} counting from 0: expected a bbox x, y, width, height")
    flat = json_numbers(source, [value for box in boxes if box for value in box], "bbox value")
    scores = json_numbers(source, [result.get("score") for result in results], "score")
    images = ids(source, results, "image_id")
    categories, category_names = category_ids(source, results)
    boxes_read = flat.reshape(-1, 4)
    findings = (_ROTATED,) if any("bbox" not in result for result in results) else ()
    return CocoTable(images, categories, boxes_read, scores, texts(results, "file_name"), category_names, findings)


def _box_around(corners: Any) -> list[float] | None:
    """Return the box around the four corners that Ultralytics writes as `poly` when it validates rotated boxes."""
    if not isinstance(corners, list) or len(corners) != _N_OF_CORNERS:
        return None
    if not all(type(value) in (int, float) for value in corners):
        return None
    x, y = corners[0::2], corners[1::2]
    return [min(x), min(y), max(x) - min(x), max(y) - min(y)]
