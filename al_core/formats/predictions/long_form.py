"""Tables with a row for each image and class: turned into a row for each image and a column for each class."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.class_cells import in_natural_order
from al_core.formats.predictions.scale_counts import ROUNDING

_SUM_TOLERANCE = 0.02
"""Probabilities of an image that are rounded to two decimals may sum to this much more than 1."""


@dataclass(frozen=True)
class LongForm:
    """The numbers of M images.

    Attributes:
        filenames: (M,) each once, in the order of the file.
        class_names: (C,) the classes.
        matrix: (M, C), NaN where the file has no row.
    """

    filenames: list[str]
    class_names: list[str]
    matrix: NDArray[np.float32]

    @property
    def is_complete(self) -> bool:
        """Whether every image has a row for every class."""
        return bool(np.isfinite(self.matrix).all())

    @property
    def are_parts(self) -> bool:
        """Whether the numbers of each image may be some of its probabilities: they sum to no more than 1."""
        sums = np.nansum(self.matrix, axis=1)
        is_negative = self.matrix < -ROUNDING
        return bool((sums <= 1 + _SUM_TOLERANCE).all()) and not is_negative.any()


def long_form(filenames: Sequence[str], classes: Sequence[str], numbers: NDArray[np.float32]) -> LongForm | None:
    """Return the numbers by image and class, or None if that is not what the rows are.

    Args:
        filenames: (N,) the image of each row.
        classes: (N,) the class of each row.
        numbers: (N,) the number of that class.

    Returns:
        None if no image has several rows, or one has several of the same class, as objects in an image may be.

    Examples:
        >>> table = long_form(["a", "a", "b", "b"], ["cat", "dog", "dog", "cat"], np.array([0.75, 0.25, 0.5, 0.5]))
        >>> table.class_names, table.matrix.tolist()
        (['cat', 'dog'], [[0.75, 0.25], [0.5, 0.5]])
    """
    image_of = _positions(filenames)
    if len(image_of) == len(filenames):
        return None
    class_of = _positions(classes)
    rows = _looked_up(image_of, filenames)
    columns = _looked_up(class_of, classes)
    if _has_repeats(rows * np.int64(len(class_of)) + columns):
        return None
    # Rows sorted by probability differ in order between the first and the last image; an order that both have is the
    # model's.
    of_last = columns[rows == rows[-1]]
    if (np.diff(of_last) < 0).any():
        class_of = _positions(in_natural_order(class_of))
        columns = _looked_up(class_of, classes)
    matrix = np.full((len(image_of), len(class_of)), np.nan, np.float32)
    matrix[rows, columns] = numbers
    return LongForm(list(image_of), list(class_of), matrix)


def _has_repeats(cells: NDArray[np.int64]) -> bool:
    """Return whether a number occurs twice; a set of a million pairs of texts would take 120 MB."""
    cells.sort()
    return bool((cells[1:] == cells[:-1]).any())


def _positions(names: Iterable[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(dict.fromkeys(names))}


def _looked_up(positions: dict[str, int], names: Sequence[str]) -> NDArray[np.int32]:
    lookup: Callable[[str], int] = positions.__getitem__
    return np.fromiter(map(lookup, names), np.int32, len(names))
