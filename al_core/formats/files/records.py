"""JSON and JSON Lines with one record per image."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import (
    FILENAME_COLUMNS,
    LAST_OF_IMAGES,
    most_like_filenames,
    names_image_file,
)
from al_core.formats.files.json_values import as_list, is_list_of, is_number
from al_core.formats.files.progress import report, reported
from al_core.formats.files.text import BOM, decode_utf8, parse_json, read_json

Record = tuple[str, Mapping[str, Any]]
"""Where a record is, for messages, and its content."""


_WRAPPERS = ("predictions", "samples", "points", "vectors", "rows")
"""What holds the records; the last three in vector databases."""

_MAX_LINE_BYTES = 2**26

_BLOCK_BYTES = 2**15
"""How much of a JSON Lines file is parsed at once: what its lines become stays in the cache of the processor."""


def begins_with_records(head: bytes, *keys: str) -> bool:
    """Return whether a file begins with a JSON object or list and names a filename and one of the keys."""
    start = head.removeprefix(BOM).lstrip()
    return start[:1] in (b"{", b"[") and _names_any(start, FILENAME_COLUMNS) and _names_any(start, keys)


def _names_any(content: bytes, keys: Sequence[str]) -> bool:
    return any(f'"{key}"'.encode() in content for key in keys)


def read_records(path: Path) -> tuple[list[str], list[Record], Any]:
    """Return filenames, records and class names (None if there are none) of a JSON list or JSON Lines file.

    A JSON object may hold the list as `predictions` or `samples`, beside `class_names`.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    records, class_names = _records(path)
    if not records:
        raise FileFormatError(f"{path.name} holds no records; expected one per image")
    return [_filename(where, record) for where, record in reported(records)], records, class_names


def float_list(where: str, values: Any) -> list[float]:
    """Return a list of numbers, null as NaN.

    Raises:
        FileFormatError: Naming the first entry that is not a number.
    """
    if not isinstance(values, list):
        raise FileFormatError(f"{where}: expected a list of numbers, found {type(values).__name__}")
    for value in values:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise FileFormatError(f"{where}: expected a number, found {value!a:.80}; correct it")
    return [np.nan if value is None else _float(value) for value in values]


def json_numbers(source: str, values: Sequence[Any], noun: str) -> NDArray[np.float32]:
    """Return JSON numbers as float32.

    Raises:
        FileFormatError: Naming the first value that is not a number.
    """
    for number, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FileFormatError(f"{source}, {noun} {number} counting from 0: expected a number, found {value!a:.80}")
    with np.errstate(over="ignore"):
        return np.array([_float(value) for value in values], dtype=np.float32)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        # Of an integer with more than 308 digits; a decimal number of that size is infinite too.
        return math.inf if value > 0 else -math.inf


def _records(path: Path) -> tuple[list[Record], Any]:
    if is_json_lines(path):
        return list(json_lines(path)), None
    content = read_json(path)
    class_names = None
    if isinstance(content, dict) and isinstance(content.get("result"), dict):
        # What Qdrant answers when it scrolls through its points.
        content = content["result"]
    for key in _WRAPPERS:
        if isinstance(content, dict) and is_list_of(content.get(key), dict):
            class_names = content.get("class_names")
            content = content[key]
    if isinstance(content, dict):
        content = rows_of_lists(content) or content
    entries = enumerate(as_list(content))
    return [(f"{path.name}, record {number} counting from 0", entry) for number, entry in entries], class_names


def rows_of_lists(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of an object whose values are columns: lists as long as that of the filenames, and others.

    Args:
        content: Of a JSON file.

    Returns:
        One record per image; none if no list has filenames, or none is as long.

    Examples:
        >>> rows_of_lists({"filenames": ["a.png", "b.png"], "embeddings": [[1, 2], [3, 4]], "model": "dino"})
        [{'filenames': 'a.png', 'embeddings': [1, 2]}, {'filenames': 'b.png', 'embeddings': [3, 4]}]
        >>> rows_of_lists({"filename": "a.png", "embedding": [1, 2]})
        []
    """
    of_texts = [key for key, cells in content.items() if isinstance(cells, list) and _are_texts(cells)]
    best = most_like_filenames(of_texts)
    # Values by the names of images are no columns, and those of one image are its objects.
    if best is None or any(map(names_image_file, content)) or _names_its_image(content):
        return []
    n_rows = len(content[of_texts[best]])
    columns = {key: cells for key, cells in content.items() if isinstance(cells, list) and len(cells) == n_rows}
    rows = zip(*columns.values(), strict=True) if len(columns) > 1 else ()
    return [dict(zip(columns, cells, strict=True)) for cells in rows]


def _names_its_image(content: Mapping[str, Any]) -> bool:
    texts = [key for key, value in content.items() if isinstance(value, str)]
    return most_like_filenames(texts, last_rank=LAST_OF_IMAGES) is not None


def _are_texts(cells: list[Any]) -> bool:
    return bool(cells) and all(isinstance(cell, str) for cell in cells)


def image_side(record: Mapping[str, Any], name: str) -> float:
    """Return the width or height that a record has, a number or its text; NaN if it has none.

    Examples:
        >>> image_side({"width": "640"}, "width"), image_side({"width": None}, "width")
        (640.0, nan)
    """
    value = record.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    if not is_number(value):
        return np.nan
    return float(value) if 0 < value < 2**31 else np.nan


def is_json_lines(path: Path) -> bool:
    """Return whether a file holds one JSON object per line, of which there are several or one that ends its line."""
    with path.open("rb") as file:
        # A JSON file on one line may have gigabytes: what is longer than this is not a record.
        first = file.readline(_MAX_LINE_BYTES).removeprefix(BOM).strip()
        second = file.readline(1)
    if not first.startswith(b"{") or not second:
        return False
    try:
        parse_json(first)
    except orjson.JSONDecodeError:
        return False
    return True


def json_lines(path: Path) -> Iterator[Record]:
    """Yield the values of a JSON Lines file with their places.

    Raises:
        FileFormatError: Naming the first line that is not JSON.
    """
    for number, value in numbered_lines(path):
        yield place_of_line(path, number), value


def place_of_line(path: Path, number: int) -> str:
    """Return where a line is, for messages."""
    return f"{path.name}, line {number}"


def numbered_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the values of a JSON Lines file with the numbers of their lines, counting from 1.

    Raises:
        FileFormatError: Naming the first line that is not JSON.
    """
    for numbers, values in blocks_of_lines(path):
        yield from zip(numbers, values, strict=True)


def blocks_of_lines(path: Path) -> Iterator[tuple[Sequence[int], list[Any]]]:
    """Yield what `numbered_lines` does, for many lines at once: one by one takes twice as long.

    Raises:
        FileFormatError: Naming the first line that is not JSON, once all before it are yielded.
    """
    n_bytes = path.stat().st_size
    n_lines = 0
    n_read = 0
    with path.open("rb") as file:
        while lines := file.readlines(_BLOCK_BYTES):
            report(n_read, n_bytes)
            n_read = file.tell()
            numbers = range(n_lines + 1, n_lines + 1 + len(lines))
            n_lines += len(lines)
            try:
                values = list(map(orjson.loads, lines))
            except orjson.JSONDecodeError:
                # A line may be empty or hold NaN.
                yield from _lines_one_by_one(path, numbers, lines)
            else:
                yield numbers, values


def _lines_one_by_one(
    path: Path, numbers: Sequence[int], lines: Sequence[bytes]
) -> Iterator[tuple[Sequence[int], list[Any]]]:
    for number, line in zip(numbers, lines, strict=True):
        if not line.strip():
            continue
        try:
            yield [number], [parse_json(line)]
        except orjson.JSONDecodeError as error:
            # Bytes that are not UTF-8 have an error of their own.
            decode_utf8(line, path.name, first_line=number)
            raise FileFormatError(
                f"{place_of_line(path, number)}, column {error.colno}: not JSON ({error.msg}); one object per line"
            ) from error


def _filename(where: str, record: Any) -> str:
    if not isinstance(record, dict):
        raise FileFormatError(f"{where}: expected an object with a filename, found {type(record).__name__}")
    for key in FILENAME_COLUMNS:
        if isinstance(record.get(key), str):
            return str(record[key])
    texts = {
        key: value for part in (record, record.get("payload")) if isinstance(part, dict) for key, value in part.items()
    }
    names = [key for key, value in texts.items() if isinstance(value, str)]
    best = most_like_filenames(names)
    if best is not None:
        return str(texts[names[best]])
    keys = ", ".join(map(repr, list(record)[:10]))
    raise FileFormatError(f"{where} has no 'filename'; its keys are {keys}; add one")


def check_category_ids(where: str, categories: Iterable[Mapping[str, Any]]) -> None:
    """Raise unless categories with `id` and `name` that have the same id have the same name."""
    names: dict[int | str, str] = {}
    for number, category in enumerate(categories):
        name = category["name"]
        other = names.setdefault(category["id"], name)
        if other != name:
            raise FileFormatError(
                f"{where}, categories[{number}]: {name!a:.80} and {other!a:.80} have the same id "
                f"{category['id']!a:.80}; give each its own"
            )
