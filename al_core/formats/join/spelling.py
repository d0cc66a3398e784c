"""Other spellings of one filename: what systems, addresses and spreadsheets do to names."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import unquote

if TYPE_CHECKING:
    import pyarrow as pa

UNICODE_FORM = "Unicode form"
URL = "address"
LETTER_CASE = "letter case"
PREFIX = "name behind Label Studio's digits"
ROBOFLOW = "name before Roboflow's ending"
_VERSION = r"([^/]+)_(\w{3,4})\.rf\.[0-9A-Za-z]{16,}(?:\.\w+)?$"


def composed(names: "pa.Array") -> "pa.Array":
    """Return names in Unicode form C: macOS decomposes é into a letter and an accent (form D)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_accented = pc.invert(pc.string_is_ascii(names))
    if not pc.any(is_accented).as_py():
        return names
    # Arrow's own utf8_normalize leaves accents apart before version 26.
    accented = (normalize("NFC", name) for name in names.filter(is_accented).to_pylist())
    return pc.replace_with_mask(names, is_accented, pa.array(accented, pa.large_string()))


def decoded(names: "pa.Array") -> "pa.Array":
    """Return names without the query of an address, and with %20 and its like as the characters they stand for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.match_substring(names, "://")).as_py():
        names = pc.replace_substring_regex(names, r"^(\w+://[^?#]*)[?#].*$", r"\1")
    is_encoded = pc.match_substring_regex(names, "%[0-9A-Fa-f]{2}")
    if not pc.any(is_encoded).as_py():
        return names
    encoded = names.filter(is_encoded).to_pylist()
    return pc.replace_with_mask(names, is_encoded, pa.array(map(unquote, encoded), pa.large_string()))


def lowered(names: "pa.Array") -> "pa.Array":
    """Return names in lower case."""
    import pyarrow.compute as pc

    return pc.utf8_lower(names)


def without_prefix(names: "pa.Array") -> "pa.Array":
    """Return names without the eight digits that Label Studio puts before the name of a file that it was given."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(names, r"(^|/)[0-9a-f]{8}(?:-|__)([^/]+)$", r"\1\2")


def without_version(names: "pa.Array") -> "pa.Array":
    """Return names as they were before Roboflow made a version of the image: a.jpg for a_jpg.rf.0f3c….jpg or .txt."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(names, _VERSION, r"\1.\2")


def is_version(name: str) -> bool:
    """Return whether `without_version` changes a name.

    Examples:
        >>> is_version("a_jpg.rf.0123456789abcdef0123.jpg"), is_version("a_jpg.jpg")
        (True, False)
    """
    return re.search(_VERSION, name) is not None


SPELLINGS: dict[str, Callable[[Any], Any]] = {UNICODE_FORM: composed, URL: decoded, LETTER_CASE: lowered}
"""The spellings in the order in which they are tried, each on top of those before it."""
