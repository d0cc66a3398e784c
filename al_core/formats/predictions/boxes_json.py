from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.records import begins_with_records, float_list, read_records
from al_core.formats.names.class_names import checked_class_names
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions


def recognizes_detection_json(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON records of boxes."""
    return begins_with_records(head, "boxes")


def read_detection_json(path: Path) -> Predictions:
    """Return the boxes of a JSON list or JSON Lines file with one record per image.

    A record has `filename`, `boxes` (each x0, y0, x1, y1) and either `scores` and `labels` (class names or whole
    numbers), or `object_probabilities` and `class_probabilities`.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    filenames, records, class_names = read_records(path)
    image: list[int] = []
    corners: list[list[float]] = []
    scores: list[float] = []
    labels: list[int | str] = []
    probabilities: list[list[float]] = []
    for number, (where, record) in enumerate(reported(records)):
        boxes = record.get("boxes")
        if not isinstance(boxes, list):
            raise FileFormatError(f"{where} has no list 'boxes'; give one, which may be empty")
        has_probabilities = "class_probabilities" in record
        confidences = _per_box(where, record, "object_probabilities" if has_probabilities else "scores", len(boxes))
        categories = _per_box(where, record, "class_probabilities" if has_probabilities else "labels", len(boxes))
        image += [number] * len(boxes)
        corners += [_corners(where, box) for box in boxes]
        scores += float_list(where, confidences)
        if has_probabilities:
            probabilities += [float_list(where, row) for row in categories]
        else:
            labels += [_label(where, label) for label in categories]
    return _gathered(path.name, filenames, class_names, image, corners, scores, labels, probabilities)


def _per_box(where: str, record: Mapping[str, Any], key: str, n_boxes: int) -> list[Any]:
    values = record.get(key)
    if not isinstance(values, list) or len(values) != n_boxes:
        found = f"{len(values)} entries" if isinstance(values, list) else "none"
        raise FileFormatError(f"{where}: expected {n_boxes} {key!r}, one per box, found {found}")
    return values


def _corners(where: str, box: Any) -> list[float]:
    values = float_list(where, box)
    if len(values) != 4:
        raise FileFormatError(f"{where}: a box is x0, y0, x1, y1; found {len(values)} numbers")
    return values


def _label(where: str, label: Any) -> int | str:
    if isinstance(label, str) or (isinstance(label, int) and not isinstance(label, bool) and label >= 0):
        return label
    raise FileFormatError(f"{where}: a label is a class name or a whole number from 0, found {label!a:.80}")


def _gathered(
    source: str,
    filenames: list[str],
    class_names: Sequence[str] | None,
    image: list[int],
    corners: list[list[float]],
    scores: list[float],
    labels: list[int | str],
    probabilities: list[list[float]],
) -> Predictions:
    if probabilities and labels:
        raise FileFormatError(f"{source}: some records have class_probabilities and some have labels; use one of them")
    if len({len(row) for row in probabilities}) > 1:
        raise FileFormatError(f"{source}: class_probabilities differ in length; give one number per class")
    if probabilities:
        names = checked_class_names(class_names, len(probabilities[0]), source)
        dense = np.zeros(len(image), dtype=np.int64)
    else:
        names, dense = dense_labels(labels, class_names)
    boxes = Boxes(
        np.array(image, dtype=np.int64),
        np.array(corners, dtype=np.float32).reshape(-1, 4),
        np.array(scores, dtype=np.float32),
        dense,
        np.array(probabilities, dtype=np.float32) if probabilities else None,
    )
    return detection_predictions(source, filenames, names, boxes)
