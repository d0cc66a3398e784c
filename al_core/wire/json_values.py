"""JSON from strangers. What `parse_json` accepts can be stored in every catalog, and written as JSON again."""

import json
from typing import Any

import orjson

from al_core.exceptions import InvalidInputError

DEEPEST = 100
"""How deep objects and lists may lie in each other; orjson writes 254 levels, and answers wrap what was stored."""

_LARGEST_INTEGER = 2**63 - 1
# A sign and the digits of the largest integer of 64 bits.
_MOST_DIGITS = 20


def parse_json(content: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Python's and JavaScript's clients send numbers that JSON does not have: NaN and Infinity become None, integers of
    more than 64 bits the nearest float.

    Raises:
        InvalidInputError: If the text is not JSON, has half a surrogate pair, or nests deeper than `DEEPEST`.

    Examples:
        >>> parse_json(b'{"score": NaN, "seed": 1180591620717411303424}')
        {'score': None, 'seed': 1.1805916207174113e+21}
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        value = _parse_leniently(content, error)
    _check_depth(value)
    return value


def _parse_leniently(content: bytes, refusal: orjson.JSONDecodeError) -> Any:
    try:
        value = json.loads(content.decode(), parse_int=_integer)
        # Writing it again turns NaN and Infinity into null, and refuses what no catalog could hold.
        return orjson.loads(orjson.dumps(value))
    except (ValueError, TypeError, RecursionError):
        # That parser would speak of its own limits; what it says of plain mistakes is the same.
        raise InvalidInputError(f"the text is not JSON: {refusal}") from refusal


def _integer(text: str) -> int | float:
    # Not int() first: Python refuses to read integers of thousands of digits.
    number = int(text) if len(text) <= _MOST_DIGITS else float(text)
    return number if abs(number) <= _LARGEST_INTEGER else float(number)


def _check_depth(value: Any) -> None:
    # Level by level, because recursion is what the limit protects others from.
    level = [value]
    # No deeper than is allowed: a level that is left over is one too many.
    for _ in range(DEEPEST):
        level = [inner for container in level for inner in _children(container) if isinstance(inner, dict | list)]
        if not level:
            return
    raise InvalidInputError(f"objects and lists may be nested at most {DEEPEST} deep")


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
