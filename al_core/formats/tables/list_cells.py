"""Lists in cells of text, as NumPy, Python and JSON print them."""

import re
from typing import Any

import orjson

from al_core.exceptions import FileFormatError

# A quoted text, in which the quote itself is escaped, or something without space, comma and bracket.
_ENTRY = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,\[\]]+""")


def parsed_list(cell: str, where: str) -> list[Any] | None:
    r"""Return the entries of a list that was printed into a cell, None for an empty cell.

    Raises:
        FileFormatError: If it is no list, or one that NumPy has shortened.

    Examples:
        >>> parsed_list("[0.5 0.25\n 0.125]", "p.csv"), parsed_list("[0.5, 0.25]", "p.csv")
        ([0.5, 0.25, 0.125], [0.5, 0.25])
        >>> parsed_list("['garden spider, Aranea' 'owl']", "p.csv")
        ['garden spider, Aranea', 'owl']
    """
    cell = cell.strip()
    if not cell:
        return None
    if not (cell.startswith("[") and cell.endswith("]")):
        raise FileFormatError(f"{where}: expected a list such as [0.5, 0.5], found {cell[:80]!a}; correct it")
    try:
        values = orjson.loads(cell)
        return values if isinstance(values, list) else None
    except orjson.JSONDecodeError:
        return [_entry(text, where) for text in _ENTRY.findall(cell)]


def _entry(text: str, where: str) -> Any:
    if text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if text == "...":
        raise FileFormatError(
            f"{where}: NumPy has left out numbers of this list ('...'); write one column per class, or Parquet"
        )
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return text
