"""Class probabilities as a text of numbers, as np.savetxt writes it."""

import math
from pathlib import Path

from al_core.formats.files.number_text import first_numbers, read_numbers
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.predictions import Predictions

_ROUNDING = 1e-2


def recognizes_classification_text(path: Path, head: bytes) -> bool:
    """Return whether the first line of a text of numbers sums to 1, or has a number below 0, as only logits do.

    Other lines of numbers are boxes, or vectors.
    """
    numbers = first_numbers(path, head)
    if numbers is None or not all(map(math.isfinite, numbers)):
        return False
    is_cut = len(head) == HEAD_BYTES and b"\n" not in head
    return abs(sum(numbers) - 1) < _ROUNDING or min(numbers) < 0 or is_cut


def read_classification_text(path: Path) -> Predictions:
    """Return the class probabilities of a text of numbers, one row per sample, whose filenames are elsewhere.

    Raises:
        FileFormatError: Naming line and column of the first cell that is not a number.
    """
    probabilities = read_numbers(path)
    return Predictions(None, numbered_classes(probabilities.shape[1]), probabilities)
