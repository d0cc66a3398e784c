"""Lists in cells of text, as NumPy, Python and JSON print them."""

import re
from typing import Any

import orjson

from al_core.exceptions import FileFormatError

# A quoted text, in which the quote itself is escaped, or something without space, comma and bracket.
_ENTRY = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,\[\]]+""")

_BRACKETS = re.compile(r"[\[\](){}]")
_NUMPY_NUMBER = re.compile(r"\bnp\.(?:float|int|uint)\d+\(([^()]*)\)")
_WRAPPED = re.compile(r"(?:np\.|numpy\.|torch\.)?(?:array|tensor)\((\[.*\])(?:,[^\]]*)?\)", re.DOTALL)


def without_types(cell: str) -> str:
    """Return a printed list without the types that NumPy 2 and PyTorch print around it and its numbers.

    Examples:
        >>> without_types("[np.float64(0.5), np.int64(2)]"), without_types("tensor([0.5, 2.0], device='cuda:0')")
        ('[0.5, 2]', '[0.5, 2.0]')
    """
    cell = cell.strip()
    wrapped = _WRAPPED.fullmatch(cell)
    return _NUMPY_NUMBER.sub(r"\1", wrapped[1] if wrapped else cell)


def numbers_in(cell: str) -> list[float]:
    """Return the numbers of a list, nested or not, that was printed into a cell; none if something else is in it.

    Examples:
        >>> numbers_in("[[1, 2.5], [3, 4]]"), numbers_in("(1 2)"), numbers_in("cat")
        ([1.0, 2.5, 3.0, 4.0], [1.0, 2.0], [])
    """
    try:
        return [float(part) for part in _BRACKETS.sub(" ", without_types(cell)).replace(",", " ").split()]
    except ValueError:
        return []


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
    cell = without_types(cell)
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
