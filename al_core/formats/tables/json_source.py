"""JSON as a table: records, one object per image name, and every layout in which pandas writes a table."""

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import filename_rank, names_image_file
from al_core.formats.files.json_values import is_list_of, is_number
from al_core.formats.files.records import blocks_of_lines, is_json_lines, place_of_line, rows_of_lists
from al_core.formats.files.text import read_json
from al_core.formats.tables.json_columns import Columns, Record, columns_of
from al_core.formats.tables.table import CellTable

_WRAPPERS = ("predictions", "samples", "results", "data", "images", "outputs", "items")
_CLASS_NAMES = ("class_names", "classes", "categories", "labels", "names")
_CLASS_KEYS = ("label", "class", "class_name", "category", "name", "className", "tagName")
_SCORE_KEYS = ("score", "confidence", "probability", "prob")

_FRACTION = re.compile(r"-?(?:\d*\.\d+|\d(?=e)|[01])(?:e[-+]?\d+)?", re.IGNORECASE)

_FEWEST_COORDINATES = 4

_TWO_CLASSES = frozenset({"0", "1"})
"""The texts of a list that may be the names of classes as well as numbers."""

# Made once: a union is made anew whenever it is asked for, two million times in a large file.
_NUMBERS = (int, float)
_SCALARS = (str, *_NUMBERS)


def json_table(path: Path) -> CellTable:
    """Return the table of a JSON or JSON Lines file.

    Raises:
        FileFormatError: If it is not JSON, or none of the layouts.
    """
    if is_json_lines(path):
        return _table_of_lines(path)
    content = read_json(path)
    rows, class_names = records_of(content)

    def where(row: int) -> str:
        return f"{path.name}, record {row} counting from 0"

    if not rows:
        raise FileFormatError(f"{path.name} holds no records; expected one per image")
    records = (_record(where, row, value) for row, value in enumerate(rows))
    return CellTable(path.name, columns_of(records), where=where, class_names=class_names)


def _table_of_lines(path: Path) -> CellTable:
    """Return the table of a JSON Lines file, in less memory than its records take: a dict is larger than its cells."""
    numbers = array("Q")
    where = partial(place_of_line, path)
    columns = Columns(by_class)
    for lines, values in blocks_of_lines(path):
        if not columns.add_alike(values):
            for number, value in zip(lines, values, strict=True):
                columns.add(_checked_record(where, number, value))
        numbers.extend(lines)
    return CellTable(path.name, columns.finished(), where=lambda row: where(numbers[row]))


def records_of(content: Any) -> tuple[list[Any], list[str] | None]:
    """Return one value per image, and the class names if the file has them.

    Examples:
        >>> records_of({"a.png": [0.5, 0.5]})
        ([{'filename': 'a.png', 'probabilities': [0.5, 0.5]}], None)
        >>> records_of({"filename": {"0": "a.png"}, "cat": {"0": 0.5}})
        ([{'filename': 'a.png', 'cat': 0.5}], None)
        >>> records_of({"filename": ["a.png"], "cat": [0.5]})
        ([{'filename': 'a.png', 'cat': 0.5}], None)
        >>> records_of([[{"label": "cat", "score": 0.5}]])
        ([{'probabilities': {'cat': 0.5}}], None)
    """
    if not isinstance(content, dict):
        return _of_list(content) if isinstance(content, list) else [], None
    if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):
        return _of_split(content), None
    wrapped = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), list)), None)
    # A list of classes and scores is the answer for one image, unless each of them names an image of its own.
    if wrapped is not None and (not _is_classes(wrapped) or all(map(_names_image, wrapped))):
        return _of_list(wrapped), _class_names(content)
    by_name = next((content[key] for key in _WRAPPERS if _is_by_image(content.get(key))), None)
    if by_name is not None and len(content) > 1 and not any(map(names_image_file, content)):
        return _of_object(by_name), _class_names(content)
    return _of_object(content), _class_names_beside(content)


def _is_by_image(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(names_image_file, value))


def _class_names_beside(content: Record) -> list[str] | None:
    """Return the class names beside lists that are columns, which are as long as there are images."""
    rows = rows_of_lists(content)
    names = _class_names(content)
    return names if rows and names and len(names) != len(rows) else None


def _of_object(content: Record) -> list[Any]:
    if _is_one_record(content):
        return [content]
    if rows := rows_of_lists(content):
        return rows
    if content and all(isinstance(value, Mapping) for value in content.values()) and _is_by_column(content):
        return _of_columns(content)
    if all(name.isdecimal() for name in content) and all(map(_names_image, content.values())):
        # The numbers of rows, as pandas writes a table by its index.
        return list(content.values())
    return [record_of_image(name, value) for name, value in content.items()]


def _record(where: Callable[[int], str], number: int, value: Any) -> Record:
    return {key: by_class(entry) for key, entry in _checked_record(where, number, value).items()}


def _checked_record(where: Callable[[int], str], number: int, value: Any) -> Record:
    if isinstance(value, list):
        value = record_of_image("", value)
    # An abstract class would be asked in Python, for each line.
    if not isinstance(value, dict):
        raise FileFormatError(f"{where(number)}: expected an object with a filename, found {type(value).__name__}")
    return value


def by_class(value: Any) -> Any:
    """Return objects of a class and its score as one object of scores by class, and everything else as it is.

    Examples:
        >>> by_class([{"label": "cat", "score": 0.5}]), by_class({"cat": {"confidence": 0.5}}), by_class(3)
        ({'cat': 0.5}, {'cat': 0.5}, 3)
        >>> by_class({"cat": "0.5", "dog": "1e-05"}), by_class(["0.75", "0.25"]), by_class(["cat", "dog"])
        ({'cat': 0.5, 'dog': 1e-05}, [0.75, 0.25], ['cat', 'dog'])
        >>> by_class(["1", "0"]), by_class(["1", "0.0"])
        (['1', '0'], [1.0, 0.0])
    """
    # Nearly every cell of a large file is a text, a number or a list of numbers.
    if isinstance(value, _SCALARS) or (isinstance(value, list) and value and isinstance(value[0], _NUMBERS)):
        return value
    if _is_classes(value):
        return {_class_of(entry): _first(entry, _SCORE_KEYS) for entry in value}
    if isinstance(value, Mapping) and value and all(_has_score(entry) for entry in value.values()):
        return {name: _first(entry, _SCORE_KEYS) for name, entry in value.items()}
    return _as_numbers(value)


def _as_numbers(value: Any) -> Any:
    """Return the numbers of a list or by class that stand there as texts: `default=str` makes NumPy's such."""
    texts = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(texts, list) or not texts or not all(_is_fraction(text) for text in texts):
        return value
    if isinstance(value, list) and set(texts) <= _TWO_CLASSES:
        return value
    numbers = list(map(float, texts))
    return dict(zip(value, numbers, strict=True)) if isinstance(value, Mapping) else numbers


def _is_fraction(text: Any) -> bool:
    # Whole numbers may be the names of classes.
    return isinstance(text, str) and bool(_FRACTION.fullmatch(text))


def _is_classes(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(_has_score(entry) and _class_of(entry) is not None and not _says_where(entry) for entry in value)
    )


def _says_where(entry: Any) -> bool:
    """Return whether an object has a box or an outline, under whatever key: then it is no class of an image."""
    values = list(entry.values()) if isinstance(entry, Mapping) else []
    nested = [len(value) for value in values if isinstance(value, list | Mapping)]
    if nested:
        # Also in parts, such as a center and a size.
        return sum(nested) >= _FEWEST_COORDINATES
    # Beside the score; a class may have its number, index and rank.
    return len(values) > _FEWEST_COORDINATES and sum(map(is_number, values)) > _FEWEST_COORDINATES


def _class_of(entry: Record) -> Any:
    """Return the class of an entry, by its name where it has a number as well, as Ultralytics' `summary()` has."""
    classes = [entry[key] for key in _CLASS_KEYS if entry.get(key) is not None]
    return next((name for name in classes if isinstance(name, str)), next(iter(classes), None))


def _has_score(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(_first(entry, _SCORE_KEYS), int | float)


def _first(entry: Record, keys: Sequence[str]) -> Any:
    return next((entry[key] for key in keys if key in entry), None)


def _of_list(entries: Sequence[Any]) -> list[Any]:
    # One image's classes, as a pipeline returns them for one image.
    if _is_classes(entries) and not any(_names_image(entry) for entry in entries) and _sums_to_1(entries):
        return [record_of_image("", entries)]
    return [record_of_image("", entry) if isinstance(entry, list) else entry for entry in entries]


def _sums_to_1(entries: Sequence[Record]) -> bool:
    names = {_class_of(entry) for entry in entries}
    total = sum(_first(entry, _SCORE_KEYS) for entry in entries)
    # Scores are often rounded to two or four decimals.
    return len(names) == len(entries) and abs(total - 1) < 1e-2


def _names_image(record: Any) -> bool:
    if not isinstance(record, Mapping):
        return False
    return any(
        filename_rank(str(key)) is not None and key not in _CLASS_KEYS and isinstance(value, str)
        for key, value in record.items()
    )


def _of_split(content: Record) -> list[Any]:
    names = [str(name) for name in content["columns"]]
    index = content.get("index")
    filenames = index if is_list_of(index, str) else []
    rows = []
    for number, cells in enumerate(content["data"]):
        row = dict(zip(names, cells, strict=False)) if isinstance(cells, list) else {}
        rows.append({"filename": filenames[number], **row} if number < len(filenames) else row)
    return rows


def _class_names(content: Record) -> list[str] | None:
    for key in _CLASS_NAMES:
        names = content.get(key)
        if names and is_list_of(names, str):
            return names
    by_number = content.get("id2label")
    if isinstance(by_number, Mapping) and list(by_number) == [str(number) for number in range(len(by_number))]:
        return list(map(str, by_number.values())) or None
    return None


def _is_one_record(content: Record) -> bool:
    # What Roboflow answers for one image, or an object with a filename beside its numbers.
    is_answer = "predictions" in content and any(key in content for key in ("image", "inference_id", "time", "top"))
    return is_answer or _names_image(content)


def _is_by_column(content: Record) -> bool:
    """Return whether the objects are columns that hold a cell per image, and not images that hold a cell per column."""
    inner = list(next(iter(content.values())))
    if not inner:
        return False
    if any(filename_rank(str(name)) is not None and isinstance(cell, str) for name, cell in _first_cells(content)):
        return True
    # Files have endings, classes hardly ever.
    return "." in str(inner[0]) and not any("." in str(name) for name in content)


def _first_cells(content: Record) -> list[tuple[str, Any]]:
    return [(name, next(iter(cells.values()), None)) for name, cells in content.items()]


def _of_columns(content: Record) -> list[Any]:
    rows = dict.fromkeys(key for cells in content.values() for key in cells)
    has_filenames = any(filename_rank(str(name)) is not None for name in content)
    records = []
    for key in rows:
        record = {name: cells.get(key) for name, cells in content.items()}
        records.append(record if has_filenames else {"filename": key, **record})
    return records


def record_of_image(name: str, value: Any) -> Record:
    """Return the record of an image whose name, if it has one, is not among its values.

    Examples:
        >>> record_of_image("a.png", {"cat": 0.5}), record_of_image("", {"label": "cat", "score": 0.5})
        ({'filename': 'a.png', 'probabilities': {'cat': 0.5}}, {'label': 'cat', 'score': 0.5})
    """
    named: dict[str, Any] = {"filename": name} if name else {}
    value = by_class(value)
    if isinstance(value, Mapping) and not all(isinstance(entry, int | float) for entry in value.values()):
        return {**named, **value}
    return {**named, "probabilities": value}
