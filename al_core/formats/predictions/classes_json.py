from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.records import begins_with_records, float_list, read_records
from al_core.formats.names.class_names import checked_class_names
from al_core.formats.predictions.predictions import Predictions

_KEYS = ("probabilities", "pred_probs", "class_probabilities")


def recognizes_classification_json(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON records of class probabilities."""
    return begins_with_records(head, *_KEYS) and b'"boxes"' not in head


def read_classification_json(path: Path) -> Predictions:
    """Return the class probabilities of a JSON list or JSON Lines file with one record per image.

    A record has `filename` and `probabilities`, a list or an object by class name.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    filenames, records, class_names = read_records(path)
    rows: list[list[float]] = []
    for where, record in reported(records):
        values = next((record[key] for key in _KEYS if key in record), None)
        if isinstance(values, dict):
            if not rows:
                class_names = list(values)
            values = _in_order(where, values, class_names)
        elif not isinstance(values, list):
            raise FileFormatError(f"{where} has no list 'probabilities'; give one number per class")
        row = float_list(where, values)
        n_classes = len(rows[0]) if rows else len(row)
        if len(row) != n_classes or not row:
            raise FileFormatError(
                f"{where} has {len(row)} probabilities, the first has {n_classes}; give one per class"
            )
        rows.append(row)
    names = checked_class_names(class_names, len(rows[0]), path.name)
    return Predictions(filenames, names, np.array(rows, dtype=np.float32))


def _in_order(where: str, probabilities: Mapping[str, Any], class_names: Any) -> list[Any]:
    if not isinstance(class_names, list) or set(probabilities) != set(class_names):
        raise FileFormatError(f"{where} has other classes than the first record; name the same in each")
    return [probabilities[name] for name in class_names]
