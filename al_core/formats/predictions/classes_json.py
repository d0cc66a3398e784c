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
    rows = [_probabilities(where, record) for where, record in reported(records)]
    if isinstance(rows[0], dict):
        class_names = list(rows[0])
    lists = [_in_order(where, row, class_names) for (where, _), row in zip(reported(records), rows, strict=True)]
    n_classes = len(lists[0])
    for (where, _), row in zip(records, lists, strict=True):
        if len(row) != n_classes or not n_classes:
            raise FileFormatError(
                f"{where} has {len(row)} probabilities, the first has {n_classes}; give one per class"
            )
    matrix = np.array(lists, dtype=np.float32)
    return Predictions(filenames, checked_class_names(class_names, n_classes, path.name), matrix)


def _probabilities(where: str, record: Mapping[str, Any]) -> Any:
    values = next((record[key] for key in _KEYS if key in record), None)
    if not isinstance(values, list | dict):
        raise FileFormatError(f"{where} has no list 'probabilities'; give one number per class")
    return values


def _in_order(where: str, values: Any, class_names: Any) -> list[float]:
    if not isinstance(values, dict):
        return float_list(where, values)
    if not isinstance(class_names, list) or set(values) != set(class_names):
        raise FileFormatError(f"{where} has other classes than the first record; name the same in each")
    return float_list(where, [values[name] for name in class_names])
