import json
import re
from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError

BOM = b"\xef\xbb\xbf"
_NON_FINITE = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
"""Texts, which may hold these words too, and the numbers that Python's json writes and JSON does not have."""

# 2^63 has 19 digits: a number with fewer fits.
_DIGITS_OF_64_BITS = 19

BINARY_MAGIC = (b"\x93NUMPY", b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"\x89HDF", b"\x1f\x8b")


def looks_like_text(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a text: no NUL and no known binary format."""
    return b"\0" not in head and not head.startswith(BINARY_MAGIC)


def begins_as_json(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a JSON object or list."""
    return head.removeprefix(BOM).lstrip()[:1] in (b"{", b"[")


def decode_utf8(content: bytes, source: str, *, first_line: int = 1) -> str:
    """Return UTF-8 bytes as text, without a byte order mark.

    Raises:
        FileFormatError: Naming the line of the first byte that is not UTF-8.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFormatError(f"{source} is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + first_line
        byte = content[error.start]
        raise FileFormatError(
            f"{source}, line {line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def parse_json(content: bytes) -> Any:
    """Return the value of a JSON text, whose numbers may be NaN and Infinity, as Python's `json` writes them.

    Raises:
        orjson.JSONDecodeError: If it is not JSON.

    Examples:
        >>> parse_json(b'{"score": NaN, "name": "NaN"}')
        {'score': nan, 'name': 'NaN'}
    """
    content = content.removeprefix(BOM)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        finite = _NON_FINITE.sub(_without_non_finite, content)
        if finite == content:
            raise
    # Python's own parser takes more than JSON, such as half a surrogate pair and any depth: the stricter one checks.
    orjson.loads(finite)
    return json.loads(content, parse_int=_number)


def _without_non_finite(match: re.Match[bytes]) -> bytes:
    return match[0] if match[0].startswith(b'"') else b"null"


def _number(digits: str) -> int | float:
    # As the stricter parser does: Python's integers have no bound, and can be too large for any other number.
    return int(digits) if len(digits) < _DIGITS_OF_64_BITS else float(digits)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, which may hold NaN and Infinity.

    Raises:
        FileFormatError: Naming line and column of the first error.
    """
    content = path.read_bytes().removeprefix(BOM)
    try:
        return parse_json(content)
    except orjson.JSONDecodeError as error:
        decode_utf8(content, path.name)
        raise FileFormatError(
            f"{path.name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}); use a JSON library"
        ) from error
