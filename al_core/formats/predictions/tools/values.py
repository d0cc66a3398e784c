"""Numbers, classes and places in JSON, checked one by one, as the readers of tools come upon them."""

import math
from collections.abc import Mapping
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_values import is_number

Label = int | str
"""A class by its number or by its name."""

Size = tuple[float, float]
"""Width and height in pixels, NaN where the file does not say."""

UNKNOWN_SIZE: Size = (math.nan, math.nan)


def number(where: str, value: Any, noun: str) -> float:
    """Return a JSON number.

    Raises:
        FileFormatError: If it is something else.
    """
    if not is_number(value):
        raise FileFormatError(f"{where}: expected a number as {noun!r}, found {value!a:.80}")
    return float(value)


def numbers(where: str, mapping: Any, *keys: str) -> list[float]:
    """Return JSON numbers by their keys.

    Raises:
        FileFormatError: Naming the first that is missing or something else.
    """
    if not isinstance(mapping, Mapping):
        raise FileFormatError(f"{where}: expected {', '.join(keys)} by name, found {mapping!a:.80}")
    return [number(where, mapping.get(key), key) for key in keys]


def number_list(where: str, values: Any, noun: str, length: int | None = None) -> list[float]:
    """Return a list of JSON numbers.

    Raises:
        FileFormatError: If it is not a list, or of another length.
    """
    if not isinstance(values, list) or length not in (None, len(values)):
        n_expected = "" if length is None else f"{length} "
        expected = f"a list of {n_expected}numbers"
        raise FileFormatError(f"{where}: expected {expected} as {noun!r}, found {values!a:.80}")
    return [number(where, value, noun) for value in values]


def confidence_of(where: str, entry: Mapping[str, Any], *keys: str) -> float:
    """Return the confidence of an object, under the first of the keys that it has.

    Raises:
        FileFormatError: If it has none: it is a label then, and says nothing about how sure a model is.
    """
    for key in keys:
        if entry.get(key) is not None:
            return number(where, entry[key], key)
    raise FileFormatError(
        f"{where}: an object has no {' or '.join(map(repr, keys))}; without confidences these are labels and not "
        "predictions, write the confidence of every object"
    )


def label_of(where: str, value: Any) -> Label:
    """Return a class name, or a class number from 0.

    Raises:
        FileFormatError: If it is neither.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not is_number and not (isinstance(value, str) and value):
        raise FileFormatError(f"{where}: a class is a name or a whole number from 0, found {value!a:.80}")
    label: Label = value
    return label


def around(x: float, y: float, width: float, height: float) -> list[float]:
    """Return the corners of a box by its center and size.

    Examples:
        >>> around(10, 20, 4, 6)
        [8.0, 17.0, 12.0, 23.0]
    """
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def below(x: float, y: float, width: float, height: float) -> list[float]:
    """Return the corners of a box by its upper left corner and size.

    Examples:
        >>> below(10, 20, 4, 6)
        [10, 20, 14, 26]
    """
    return [x, y, x + width, y + height]


def image_size(size: Any) -> Size:
    """Return width and height from where a tool writes them, as numbers or texts; unknown if they are not there."""
    if not isinstance(size, Mapping):
        return UNKNOWN_SIZE
    width = _side(size.get("width"))
    height = _side(size.get("height"))
    return (width, height) if width > 0 and height > 0 else UNKNOWN_SIZE


def _side(value: Any) -> float:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    return float(value) if is_number(value) else math.nan
