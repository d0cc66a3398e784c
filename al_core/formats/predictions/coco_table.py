"""The columns of COCO results, through Arrow where the file allows it and entry by entry where it does not."""

import mmap
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import json_numbers
from al_core.formats.predictions.coco_entries import entry_blocks, entry_cut, is_list
from al_core.types import Rows

Results = Collection[Mapping[str, Any]]
"""The entries of a file, in memory or parsed at each iteration."""


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
        categories: The `category_id` of each entry.
        boxes: (B, 4) float32 x, y, width and height.
        scores: (B,) float32.
    """

    images: Ids
    categories: Ids
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]


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
        id_type = pa.string() if re.search(rb'"image_id"\s*:\s*"', start) else pa.int64()
        schema = pa.schema(
            {"image_id": id_type, "category_id": pa.int64(), "bbox": pa.list_(pa.float32()), "score": pa.float32()}
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
    return CocoTable(_arrow_ids(table["image_id"]), _arrow_ids(table["category_id"]), np.concatenate(boxes), scores)


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
    values: list[Any] = [result.get(key) for result in results]
    for number, value in enumerate(values):
        if not isinstance(value, int | str):
            raise FileFormatError(f"{source}, entry {number} counting from 0 has no {key!r}; give its number or name")
    different: list[int | str] = list(dict.fromkeys(values))
    position = {value: number for number, value in enumerate(different)}
    return Ids(different, np.fromiter(map(position.__getitem__, values), dtype=np.int64, count=len(values)))


def read_slowly(source: str, results: Results) -> CocoTable:
    """Return the boxes of results, read entry by entry.

    Raises:
        FileFormatError: Naming the first entry that is not a box.
    """
    boxes = [result.get("bbox") for result in results]
    for number, box in enumerate(boxes):
        if not isinstance(box, list) or len(box) != 4:
            raise FileFormatError(f"{source}, entry {number} counting from 0: expected a bbox x, y, width, height")
    flat = json_numbers(source, [value for box in boxes if box for value in box], "bbox value")
    scores = json_numbers(source, [result.get("score") for result in results], "score")
    return CocoTable(ids(source, results, "image_id"), ids(source, results, "category_id"), flat.reshape(-1, 4), scores)
