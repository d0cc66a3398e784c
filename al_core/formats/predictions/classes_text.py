"""Class probabilities as a text of numbers, as np.savetxt writes it."""

import math
import re
from pathlib import Path

from al_core.formats.embeddings.text_matrix import read_text_matrix, recognizes_text_matrix
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.text import BOM
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.predictions import Predictions

_ROUNDING = 1e-2


def recognizes_classification_text(path: Path, head: bytes) -> bool:
    """Return whether the first line of a text of numbers sums to 1, or has a number below 0, as only logits do.

    Other lines of numbers are boxes, or vectors.
    """
    if not recognizes_text_matrix(path, head):
        return False
    line = head.removeprefix(BOM).partition(b"\n")[0].decode(errors="replace")
    cells = [float(cell) for cell in re.split(r"[\s,;]+", line.strip()) if cell]
    if not all(map(math.isfinite, cells)):
        return False
    # A line longer than the beginning of the file is cut.
    return abs(sum(cells) - 1) < _ROUNDING or min(cells) < 0 or (len(head) == HEAD_BYTES and b"\n" not in head)


def read_classification_text(path: Path) -> Predictions:
    """Return the class probabilities of a text of numbers, one row per sample; filenames are beside it, if anywhere.

    Raises:
        FileFormatError: Naming line and column of the first cell that is no number.
    """
    table = read_text_matrix(path)
    return Predictions(table.filenames, numbered_classes(table.embeddings.shape[1]), table.embeddings)
