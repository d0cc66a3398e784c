from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError

BOM = b"\xef\xbb\xbf"
BINARY_MAGIC = (b"\x93NUMPY", b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"\x89HDF", b"\x1f\x8b")


def looks_like_text(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a text: no NUL and no known binary format."""
    return b"\0" not in head and not head.startswith(BINARY_MAGIC)


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


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        FileFormatError: Naming line and column of the first error.
    """
    content = path.read_bytes().removeprefix(BOM)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        decode_utf8(content, path.name)
        raise FileFormatError(
            f"{path.name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}); use a JSON library"
        ) from error
