"""The first cells of a column, and what kind they are."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.formats.files.json_values import is_number
from al_core.formats.tables.list_cells import is_list, numbers_by_class, without_types

MAX_ROWS = 1000
MAX_CELLS = 200_000
"""How much of a table is looked at to tell its columns apart: a fifth of a second in Python."""

_NULLS = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A", "-nan", "<NA>"})
_FLAGS = {"true": 1.0, "false": 0.0}
_OF_CLASSES = re.compile("prob|softmax|score|logit|conf|pred|output", re.IGNORECASE)
"""Names of columns whose cells may be numbers by class; under others an object says something about the image."""

_NUMBERS_IN_BRACKETS = re.compile(r"\s*\[[\s\d.,eE+\-naif]*\]\s*")


class Content(StrEnum):
    """The kind of a column's cells."""

    EMPTY = "empty"
    NUMBERS = "numbers"
    INTEGERS = "integers"
    FLAGS = "true or false"
    TEXTS = "texts"
    LISTS = "lists of numbers"
    CLASS_LISTS = "lists of classes"
    MAPPINGS = "numbers by class"
    OTHER = "values of several kinds"


@dataclass(frozen=True)
class ColumnSample:
    """The first cells of a column.

    Attributes:
        name: Its name.
        content: The kind of the cells.
        cells: The cells that have a value: numbers, texts, lists or mappings.
        numbers: (K,) all cells as numbers with NaN where there is none, for numbers, integers and flags.
    """

    name: str
    content: Content
    cells: Sequence[Any]
    numbers: NDArray[np.float64]

    @property
    def is_numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.content in (Content.NUMBERS, Content.INTEGERS)


def n_sample_rows(n_columns: int) -> int:
    """Return how many rows of a table are looked at.

    Examples:
        >>> n_sample_rows(4), n_sample_rows(1000), n_sample_rows(60_000)
        (1000, 200, 20)
    """
    return int(np.clip(MAX_CELLS // max(n_columns, 1), 20, MAX_ROWS))


def sample_of_texts(name: str, cells: Sequence[str]) -> ColumnSample:
    """Return a sample of cells that a text file holds: texts that may stand for numbers, or for lists as NumPy prints.

    Examples:
        >>> sample_of_texts("p", ["0.5", "", "1e-3"]).numbers
        array([0.5  ,   nan, 0.001])
        >>> str(sample_of_texts("p", ["[0.5 0.25]"]).content), str(sample_of_texts("p", ["a.png"]).content)
        ('lists of numbers', 'texts')
    """
    present = [cell.strip() for cell in cells if cell.strip() not in _NULLS]
    if not present:
        return ColumnSample(name, Content.EMPTY, [], np.full(len(cells), np.nan))
    if all(cell.lower() in _FLAGS for cell in present):
        numbers = np.array([_FLAGS.get(cell.strip().lower(), np.nan) for cell in cells])
        return ColumnSample(name, Content.FLAGS, present, numbers)
    if _OF_CLASSES.search(name) and all(numbers_by_class(cell) for cell in present):
        return ColumnSample(name, Content.MAPPINGS, present, np.empty(0))
    if all(map(is_list, present)):
        is_of_numbers = all(_NUMBERS_IN_BRACKETS.fullmatch(without_types(cell)) for cell in present)
        return ColumnSample(name, Content.LISTS if is_of_numbers else Content.CLASS_LISTS, present, np.empty(0))
    numbers = np.array([_parsed(cell) for cell in cells])
    if 2 * np.isfinite(numbers).sum() < len(present):
        return ColumnSample(name, Content.TEXTS, present, np.empty(0))
    is_whole = all(cell.lstrip("+-").isdecimal() for cell in present)
    return ColumnSample(name, Content.INTEGERS if is_whole else Content.NUMBERS, present, numbers)


def _parsed(cell: str) -> float:
    # A column of numbers with a few texts is one of numbers: whoever reads it names the texts.
    try:
        # Python reads 1_000 as a number; no program writes it so.
        return np.nan if "_" in cell else float(cell)
    except ValueError:
        return np.nan


def sample_of_values(name: str, cells: Sequence[Any]) -> ColumnSample:
    """Return a sample of cells as JSON or a spreadsheet has them, None where there is no value.

    Examples:
        >>> str(sample_of_values("p", [0.5, None]).content), str(sample_of_values("p", [{"cat": 0.5}]).content)
        ('numbers', 'numbers by class')
    """
    present = [cell for cell in cells if cell is not None and cell != ""]
    content = _content(present)
    numbers = np.empty(0)
    if content in (Content.NUMBERS, Content.INTEGERS, Content.FLAGS, Content.EMPTY):
        numbers = np.array([float(cell) if isinstance(cell, int | float) else np.nan for cell in cells])
    return ColumnSample(name, content, present, numbers)


def _content(cells: Sequence[Any]) -> Content:
    """Return what most cells are; whoever reads the column names those that are something else."""
    counts = Counter(map(_kind, cells))
    counts.pop(Content.EMPTY, None)
    if not counts:
        return Content.EMPTY
    if set(counts) == {Content.NUMBERS, Content.INTEGERS}:
        return Content.NUMBERS
    return counts.most_common(1)[0][0]


def _kind(cell: Any) -> Content:
    if isinstance(cell, bool):
        return Content.FLAGS
    if isinstance(cell, int | float):
        return _kind_of_number(cell)
    if isinstance(cell, str):
        return Content.TEXTS
    if isinstance(cell, Mapping):
        return Content.MAPPINGS if cell and all(map(_is_number, cell.values())) else Content.OTHER
    if isinstance(cell, list) and cell:
        # The first entry decides, so that a text among numbers is an error and not another kind of column. So is a
        # truth value, wherever it stands.
        return Content.LISTS if _is_number(cell[0]) or isinstance(cell[0], bool) else _kind_of_entries(cell)
    return Content.OTHER


def _kind_of_number(number: float) -> Content:
    if isinstance(number, int):
        return Content.INTEGERS
    return Content.EMPTY if np.isnan(number) else Content.NUMBERS


def _kind_of_entries(cell: Sequence[Any]) -> Content:
    return Content.CLASS_LISTS if all(isinstance(entry, str) for entry in cell) else Content.OTHER


def _is_number(value: Any) -> bool:
    return value is None or is_number(value)


def holds_integers(sample: ColumnSample) -> bool:
    """Return whether a column has lists of whole numbers, as those of classes are; none that are texts."""
    return sample.content is Content.LISTS and all(
        isinstance(entry, int) for cell in sample.cells for entry in (cell if isinstance(cell, list) else [0.5])
    )


def holds_fractions(sample: ColumnSample) -> bool:
    """Return whether a column has lists with a number that is no class.

    Examples:
        >>> [holds_fractions(sample_of_texts("index", [cell])) for cell in ("[0.5, 2]", "[1 2]")]
        [True, False]
    """
    if sample.content is not Content.LISTS:
        return False
    # Of a text file a cell is what stands there.
    lists = [re.findall(r"[\w.+-]+", cell) if isinstance(cell, str) else cell for cell in sample.cells]
    entries = [entry for cell in lists if isinstance(cell, list) for entry in cell]
    return any("." in entry if isinstance(entry, str) else isinstance(entry, float) for entry in entries)
