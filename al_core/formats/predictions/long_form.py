"""Tables with a row for each image and class: turned into a row for each image and a column for each class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.class_cells import in_natural_order
from al_core.formats.predictions.scale import ROUNDING

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
    different = set(zip(filenames, classes, strict=True))
    if len(image_of) == len(filenames) or len(different) < len(filenames):
        return None
    class_of = _positions(_in_order(filenames, classes))
    matrix = np.full((len(image_of), len(class_of)), np.nan, np.float32)
    rows = _looked_up(image_of, filenames)
    matrix[rows, _looked_up(class_of, classes)] = numbers
    return LongForm(list(image_of), list(class_of), matrix)


def _positions(names: Sequence[str]) -> dict[str, int]:
    return {name: position for position, name in enumerate(dict.fromkeys(names))}


def _looked_up(positions: dict[str, int], names: Sequence[str]) -> NDArray[np.int64]:
    lookup: Callable[[str], int] = positions.__getitem__
    return np.fromiter(map(lookup, names), np.int64, len(names))


def _in_order(filenames: Sequence[str], classes: Sequence[str]) -> list[str]:
    """Return the classes in the order of the first image, unless each image has an order of its own."""
    position = _positions(classes)
    # Rows sorted by probability differ in order between the first and the last image; an order that both have is the
    # model's.
    of_last = [position[name] for filename, name in zip(filenames, classes, strict=True) if filename == filenames[-1]]
    is_same = of_last == sorted(of_last)
    return list(position) if is_same else in_natural_order(position)
