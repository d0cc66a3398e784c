"""Classes of whole images in FiftyOne's files: the most probable one with its confidence, or the logits of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.packed_vector import vector_of
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.classes import top_class_scores
from al_core.formats.predictions.tools.values import confidence_of, label_of


@dataclass(frozen=True)
class ImageClass:
    """The class of one image.

    Attributes:
        where: The place in the file, for messages.
        filename: The image.
        entry: With label, and confidence or logits.
    """

    where: str
    filename: str
    entry: Mapping[str, Any]


def is_class(entry: Any) -> bool:
    """Return whether a value is the class of an image and how sure a model is of it."""
    return isinstance(entry, dict) and "bounding_box" not in entry and has_certainty(entry)


def has_certainty(entry: Mapping[str, Any]) -> bool:
    """Return whether a class has a confidence or logits, as only those of models have."""
    return entry.get("confidence") is not None or entry.get("logits") is not None


def class_predictions(
    source: str, images: Sequence[ImageClass], class_names: Sequence[str] | None
) -> Predictions | ScoreTable:
    """Return the logits of all classes where images have them, otherwise the scores that the highest one allows.

    Args:
        source: The name of the file.
        images: One or more.
        class_names: The classes in order, if the file lists them.

    Raises:
        FileFormatError: Naming the image that has neither, or another number of logits.
    """
    filenames = [image.filename for image in images]
    if not any(image.entry.get("logits") is not None for image in images):
        confidences = [confidence_of(image.where, image.entry, "confidence") for image in images]
        return top_class_scores(source, filenames, confidences)
    rows = [_logits(image) for image in images]
    n_classes = max(len(row) for row in rows)
    for image, row in zip(images, rows, strict=True):
        if len(row) not in (0, n_classes):
            raise FileFormatError(f"{image.where}: {len(row)} logits, others have {n_classes}; export one model alone")
    # An image without logits has no prediction of all classes.
    matrix = np.array([row if len(row) else np.full(n_classes, np.nan) for row in rows], np.float32)
    if class_names is None or len(class_names) != n_classes:
        class_names = _names_by_highest(images, matrix)
    return Predictions(filenames, list(class_names), matrix)


def _logits(image: ImageClass) -> NDArray[np.float32]:
    logits = image.entry.get("logits")
    return np.empty(0, np.float32) if logits is None else vector_of(image.where, logits)


def _names_by_highest(images: Sequence[ImageClass], matrix: NDArray[np.float32]) -> list[str]:
    """Return the name of each column: the label of the images where it is the highest, which no list says."""
    labels: dict[int, set[str]] = {}
    for image, row in zip(images, matrix, strict=True):
        if np.isfinite(row).all():
            label = str(label_of(image.where, image.entry.get("label")))
            labels.setdefault(int(row.argmax()), set()).add(label)
    numbered = [f"class_{column}" for column in range(matrix.shape[1])]
    names = {column: next(iter(of_column)) for column, of_column in labels.items() if len(of_column) == 1}
    # Two labels of one column, or one label of two, show that the label is not the class of the highest logit.
    if len(names) < len(labels) or len(set(names.values())) < len(names):
        return numbered
    return [names.get(column, number) for column, number in enumerate(numbered)]
