"""JSON and JSON Lines with one record per image."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import FILENAME_COLUMNS
from al_core.formats.files.progress import report, reported
from al_core.formats.files.text import BOM, decode_utf8, read_json

Record = tuple[str, Mapping[str, Any]]
"""Where a record is, for messages, and its content."""


def begins_with_records(head: bytes, *keys: str) -> bool:
    """Return whether a file begins with a JSON object or list and names a filename and one of the keys."""
    start = head.removeprefix(BOM).lstrip()
    return start[:1] in (b"{", b"[") and all(
        any(f'"{name}"'.encode() in start for name in names) for names in (FILENAME_COLUMNS, keys)
    )


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
        FileFormatError: Naming the first entry that is no number.
    """
    if not isinstance(values, list):
        raise FileFormatError(f"{where}: expected a list of numbers, found {type(values).__name__}")
    for value in values:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise FileFormatError(f"{where}: expected a number, found {value!a:.80}; correct it")
    return [np.nan if value is None else float(value) for value in values]


def json_numbers(source: str, values: Sequence[Any], noun: str) -> NDArray[np.float32]:
    """Return JSON numbers as float32.

    Raises:
        FileFormatError: Naming the first value that is no number.
    """
    for number, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FileFormatError(f"{source}, {noun} {number} counting from 0: expected a number, found {value!a:.80}")
    with np.errstate(over="ignore"):
        return np.array([float(value) for value in values], dtype=np.float32)


def _records(path: Path) -> tuple[list[Record], Any]:
    if _is_json_lines(path):
        return list(_lines(path)), None
    content, class_names = read_json(path), None
    for key in ("predictions", "samples"):
        if isinstance(content, dict) and isinstance(content.get(key), list):
            content, class_names = content[key], content.get("class_names")
    if not isinstance(content, list):
        content = [content]
    return [
        (f"{path.name}, record {number} counting from 0", record) for number, record in enumerate(content)
    ], class_names


def _is_json_lines(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(2**26).removeprefix(BOM).strip()
        second = file.readline(1)
    if not first.startswith(b"{") or not second:
        return False
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return True


def _lines(path: Path) -> Iterator[Record]:
    n_bytes, n_read = path.stat().st_size, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            report(n_read, n_bytes)
            n_read += len(line)
            where = f"{path.name}, line {number}"
            if not line.strip():
                continue
            try:
                yield where, orjson.loads(line.removeprefix(BOM))
            except orjson.JSONDecodeError as error:
                decode_utf8(line, path.name, first_line=number)
                raise FileFormatError(
                    f"{where}, column {error.colno}: not JSON ({error.msg}); one object per line"
                ) from error


def _filename(where: str, record: Any) -> str:
    if not isinstance(record, dict):
        raise FileFormatError(f"{where}: expected an object with a filename, found {type(record).__name__}")
    for key in FILENAME_COLUMNS:
        if isinstance(record.get(key), str):
            return str(record[key])
    raise FileFormatError(f"{where} has no 'filename'; its keys are {', '.join(map(repr, list(record)[:10]))}; add one")
