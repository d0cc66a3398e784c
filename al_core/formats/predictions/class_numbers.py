"""Classes that a file calls by numbers, and their names in another file."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.formats.join.finding import Finding, note

_NUMBERED = re.compile(r"class_(\d{1,9})")

_NOT_IN_COCO = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Of COCO's category ids 1 to 90 those that the 80 classes of its detection task do not have."""

_COCO_IDS = [number for number in range(1, 91) if number not in _NOT_IN_COCO]


def class_positions(
    classes: Sequence[str], names: Sequence[str], first_class: int
) -> tuple[NDArray[np.int64], list[Finding]] | None:
    """Return which of the names each class of a file is, and how that was understood; None if one is no name.

    Args:
        classes: (C,) the classes of the file, by their own names or as `class_N`.
        names: (K,) all classes in order.
        first_class: The number of the first class, unless the numbers that occur tell.

    Examples:
        >>> class_positions(["class_1", "class_3"], ["cat", "dog", "cow"], 1)[0]
        array([0, 2])
        >>> class_positions(["dog"], ["cat", "dog"], 0)[0]
        array([1])
    """
    position = {name: number for number, name in enumerate(names)}
    if all(name in position for name in classes):
        return np.array([position[name] for name in classes], dtype=np.int64), []
    matches = [_NUMBERED.fullmatch(name) for name in classes]
    numbers = np.array([int(match[1]) for match in matches if match], dtype=np.int64)
    if len(numbers) < len(classes) or not len(numbers):
        return None
    # Numbers above 80 for 80 names: the gaps have been kept.
    is_coco = len(names) == len(_COCO_IDS) and first_class == 1 and numbers.max() > len(names)
    if is_coco and np.isin(numbers, _COCO_IDS).all():
        return np.searchsorted(_COCO_IDS, numbers), [_counted("as COCO's 80 of 90 category ids do")]
    # The number 0 or one too many for the other way says how the file counts.
    first = first_class
    if numbers.min() == 0:
        first = 0
    elif numbers.max() == len(names):
        first = 1
    if numbers.max() - first >= len(names):
        return None
    return numbers - first, [_counted(f"from {first}")]


def _counted(how: str) -> Finding:
    return note("classes-counted", f"Classes are called by numbers, which count the names {how}")
