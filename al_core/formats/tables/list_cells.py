"""Lists in cells of text, as NumPy, Python and JSON print them."""

import ast
import re
from typing import Any

import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.files.json_values import is_number

# A quoted text, in which the quote itself is escaped, or something without space, comma and bracket.
_ENTRY = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,\[\]]+""")

_MAX_LITERAL = 2**20
"""Python's own parser takes a hundred bytes of memory for each character."""

_BRACKETS = re.compile(r"[\[\](){}]")
_NUMPY_NUMBER = re.compile(r"\bnp\.(?:float|int|uint)\d+\(([^()]*)\)")
_WRAPPED = re.compile(r"(?:np\.|numpy\.|torch\.)?(?:array|tensor|TensorBase)\((\[.*\])(?:,[^\]]*)?\)", re.DOTALL)


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


def is_list(cell: str) -> bool:
    """Return whether a list, with or without its type, was printed into a cell.

    Examples:
        >>> is_list("[0.5, 0.5]"), is_list("tensor([0.5, 0.5])"), is_list("cat (tabby)")
        (True, True, False)
    """
    if not cell.endswith(("]", ")")):
        return False
    bare = without_types(cell)
    return bare.startswith("[") and bare.endswith("]")


def numbers_by_class(cell: str) -> dict[str, float] | None:
    """Return the numbers of an object that was printed into a cell, as Python or JSON does; None if it is none.

    Examples:
        >>> numbers_by_class("{'cat': 0.25, 'dog': np.float32(0.75)}"), numbers_by_class('{"a": "b"}')
        ({'cat': 0.25, 'dog': 0.75}, None)
    """
    bare = without_types(cell)
    if not (bare.startswith("{") and bare.endswith("}")):
        return None
    try:
        content = orjson.loads(bare)
    except orjson.JSONDecodeError:
        content = _python_literal(bare)
    if not isinstance(content, dict) or not content:
        return None
    are_numbers = all(map(is_number, content.values()))
    return {str(name): float(value) for name, value in content.items()} if are_numbers else None


def _python_literal(text: str) -> Any:
    if len(text) > _MAX_LITERAL:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


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
