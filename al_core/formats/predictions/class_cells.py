"""Cells that hold the numbers of all classes of an image: as a list, by class, or as a list beside one of classes."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.records import float_list
from al_core.formats.tables.json_columns import Cells

_FEWEST_CUT = 5
"""Tools that write only the highest probabilities write 5 by default: fewer classes are all there are."""

_SUM_OF_ALL = 0.98
"""A lower sum in every image means that classes are missing: rounding lowers some sums by this much, never all."""

_BLOCK_ROWS = 10_000
"""Rows that are converted at once, twice as fast as one by one."""

_EXACT = 2**53
"""Whole numbers below are exact in float64."""

Where = Callable[[int], str]


@dataclass(frozen=True)
class NamedMatrix:
    """Numbers of M images.

    Attributes:
        matrix: (M, C), NaN where there is none.
        class_names: The class of each column; none if the cells do not name them.
        is_ranked: Whether the columns are ranks, and each image has classes of its own.
    """

    matrix: NDArray[np.float32]
    class_names: Sequence[str] = ()
    is_ranked: bool = False


def matrix_of_cells(cells: Sequence[Any], classes: Sequence[Any] | None, where: Where) -> NamedMatrix:
    """Return the numbers of all cells as a matrix.

    Args:
        cells: One per image: a list of numbers, or an object of numbers by class; None if there is none.
        classes: For lists, the classes of each if they are in the file.
        where: Returns where a row is, for messages.

    Raises:
        FileFormatError: Naming the first cell that does not fit.
    """
    if classes is not None:
        pairs = zip(cells, classes, strict=True)
        cells = [_by_class(where(row), numbers, names) for row, (numbers, names) in enumerate(pairs)]
        if all(cell is None for cell in cells):
            raise FileFormatError(f"{where(0)} has no classes beside its numbers, and no other has; give both for each")
    first = next((cell for cell in cells if cell is not None), None)
    if not isinstance(first, dict):
        return NamedMatrix(_stacked(cells, where))
    for row, cell in enumerate(cells):
        if not isinstance(cell, dict | None):
            raise FileFormatError(f"{where(row)} has other classes than the first record; name the same in each")
    if all(cell is None or cell.keys() == first.keys() for cell in cells):
        keys = list(first)
        if any(cell is not None and list(cell) != keys for cell in cells):
            # Where each image has its most probable class first, the order says nothing.
            keys = in_natural_order(keys)
        matrix = _stacked([cell and [cell[key] for key in keys] for cell in cells], where)
        return NamedMatrix(matrix, [str(key) for key in keys], _are_cut(matrix))
    return NamedMatrix(_ranked(cells, where), is_ranked=True)


def in_natural_order(names: Iterable[Any]) -> list[Any]:
    """Return names in the order of their numbers.

    Examples:
        >>> in_natural_order(["class 10", "class 2"])
        ['class 2', 'class 10']
    """
    return sorted(names, key=_natural)


def _natural(key: Any) -> tuple[Any, ...]:
    """Return what sorts names with numbers by number: class 2 before class 10."""
    parts = re.split(r"(\d+)", str(key))
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _by_class(where: str, numbers: Any, names: Any) -> dict[str, Any] | None:
    if numbers is None or names is None:
        return None
    if not isinstance(numbers, list) or not isinstance(names, list) or len(numbers) != len(names):
        raise FileFormatError(f"{where}: expected as many classes as numbers; give one class per number")
    by_class = {str(name): number for name, number in zip(names, numbers, strict=True)}
    if len(by_class) < len(numbers):
        raise FileFormatError(f"{where} names a class twice; name each once")
    return by_class


def _stacked(cells: Sequence[Any], where: Where) -> NDArray[np.float32]:
    """Return lists of equal length as a matrix; the row of a missing one is NaN."""
    if isinstance(cells, Cells) and (whole := cells.matrix) is not None:
        return whole
    n_classes = len(next((cell for cell in cells if cell is not None), []))
    matrix = np.full((len(cells), n_classes), np.nan, np.float32)
    for start in range(0, len(cells), _BLOCK_ROWS):
        block = cells[start : start + _BLOCK_ROWS]
        if _are_number_lists(block, n_classes):
            matrix[start : start + len(block)] = block
            continue
        for row, cell in enumerate(block, start):
            if cell is not None:
                matrix[row] = _numbers_of(where(row), cell, n_classes)
    return matrix


def _are_number_lists(cells: Sequence[Any], n_numbers: int) -> bool:
    """Return whether all cells are lists of as many floats, or whole numbers that are exact as such."""
    if set(map(type, cells)) != {list} or set(map(len, cells)) != {n_numbers} or not n_numbers:
        return False
    types = set(map(type, chain.from_iterable(cells)))
    if types == {float}:
        return True
    return types <= {float, int} and max(map(abs, chain.from_iterable(cells))) < _EXACT


def _numbers_of(where: str, cell: Any, n_classes: int) -> list[float]:
    numbers = float_list(where, cell)
    if len(numbers) != n_classes or not numbers:
        raise FileFormatError(
            f"{where} has {len(numbers)} probabilities, the first has {n_classes}; give one per class"
        )
    return numbers


def _ranked(cells: Sequence[dict[str, Any] | None], where: Where) -> NDArray[np.float32]:
    """Return the numbers of each image in descending order, whichever classes they belong to."""
    # Tools that keep all above a threshold write more classes for one image than for another.
    values = [list(cell.values()) if cell else [] for cell in cells]
    rows = [float_list(where(row), numbers) for row, numbers in enumerate(values)]
    matrix = np.full((len(cells), max(map(len, rows))), np.nan, np.float32)
    for row, numbers in enumerate(rows):
        matrix[row, : len(numbers)] = sorted(numbers, reverse=True)
    return matrix


def _are_cut(matrix: NDArray[np.float32]) -> bool:
    """Return whether others than these classes are left out, in every image the same: all sums are too small."""
    if not matrix.size or matrix.shape[1] < _FEWEST_CUT:
        return False
    is_finite = np.isfinite(matrix)
    sums = matrix[is_finite.all(axis=1)].sum(axis=1)
    # Logits have small sums too, and negative values.
    are_parts = bool((matrix[is_finite] >= 0).all())
    return are_parts and bool((sums < _SUM_OF_ALL).all())
