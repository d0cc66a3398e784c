"""Whether columns are the highest probabilities of a row by rank, and not the probabilities of certain classes."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.formats.tables.column_names import class_of_name

_NUMBERED = re.compile(r"(.*?)(\d+)((?:[ _.:-]+(?:prob(?:ability)?|score|conf(?:idence)?))?)", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[ _.:/-]+")
_EXACT = 1e-4
"""Sums nearer to 1 than this are those of a whole distribution."""

_FEWEST_ROWS = 3
_FEWEST_ROWS_OF_WHOLE = 10
"""Probabilities of certain classes are in descending order in so many rows only if one class always wins."""

_FEWEST_STEPS_OF_WHOLE = 0.5
"""The share of neighboring ranks that differ."""


def are_ranked(names: Sequence[str], numbers: NDArray[np.float64], *, has_classes: bool) -> bool:
    """Return whether columns hold the highest probabilities of each row in descending order.

    Args:
        names: Those of the columns; the names of classes have no order.
        numbers: (K, C) the first rows.
        has_classes: Whether other columns say which class each number belongs to.

    Examples:
        >>> rows = np.array([[0.4, 0.2, 0.1], [0.5, 0.3, 0.1], [0.2, 0.1, 0.1]])
        >>> are_ranked(["prob_0", "prob_1", "prob_2"], rows, has_classes=False)
        True
        >>> are_ranked(["cat", "dog", "owl"], rows, has_classes=False)
        False
    """
    rows = numbers[np.isfinite(numbers).all(axis=1)]
    if not rows.size or numbers.shape[1] < 2 or not (np.diff(rows, axis=1) <= 0).all():
        return False
    if has_classes:
        return True
    if not are_numbered(names) or numbers.shape[1] < 3:
        return False
    is_whole = bool((np.abs(rows.sum(axis=1) - 1) <= _EXACT).all())
    # A model that is sure of one class leaves equal crumbs for the others; ranks differ.
    if is_whole and (np.diff(rows, axis=1) < 0).mean() < _FEWEST_STEPS_OF_WHOLE:
        return False
    return len(rows) >= (_FEWEST_ROWS_OF_WHOLE if is_whole else _FEWEST_ROWS)


def are_numbered(names: Sequence[str]) -> bool:
    """Return whether names are the same words around consecutive numbers from 0 or 1.

    Examples:
        >>> are_numbered(["prob_0", "prob_1"]), are_numbered(["top1_prob", "top2_prob"]), are_numbered(["cat", "dog"])
        (True, True, False)
    """
    matches = [_NUMBERED.fullmatch(name.strip()) for name in names]
    words = {(match[1], match[3]) if match else None for match in matches}
    numbers = [int(match[2]) for match in matches if match]
    return (
        len(words) == 1
        and len(numbers) == len(names) > 0
        and min(numbers) in (0, 1)
        and sorted(numbers) == list(range(min(numbers), min(numbers) + len(numbers)))
    )


def numbers_from_0(names: Sequence[str]) -> list[int]:
    """Return the numbers of numbered names, counted from 0.

    Examples:
        >>> numbers_from_0(["class_1", "class_3", "class_2"])
        [0, 2, 1]
    """
    numbers = [int(match[2]) for name in names if (match := _NUMBERED.fullmatch(name.strip()))]
    return [number - min(numbers) for number in numbers]


def columns_beside(numbers: Sequence[str], texts: Mapping[int, str]) -> list[int]:
    """Return which columns of texts belong to columns of numbers by what their names share; none unless all do.

    Args:
        numbers: The names of the columns of numbers.
        texts: The names of columns of texts, by position.

    Examples:
        >>> columns_beside(["first_prob", "second_prob"], {1: "first_class", 3: "second_class"})
        [1, 3]
        >>> columns_beside(["prob_cat", "prob_dog"], {1: "camera"})
        []
    """
    words = {position: set(_BETWEEN_WORDS.split(name.lower())) for position, name in texts.items()}
    columns: list[int] = []
    for name in numbers:
        named = class_of_name(name)
        if not named:
            return []
        shared = set(_BETWEEN_WORDS.split(named[1].lower()))
        beside = [position for position, parts in words.items() if shared <= parts]
        if len(beside) != 1:
            return []
        columns += beside
    return columns if len(set(columns)) == len(numbers) else []
