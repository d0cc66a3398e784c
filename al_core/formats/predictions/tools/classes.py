"""Classes with one confidence, as tools write them that keep the most probable class alone."""

from collections.abc import Sequence

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import note
from al_core.formats.predictions.predictions import Predictions, score_distribution

_MAX_CLASSES = 10_000

_TOP = note(
    "top-classes",
    "Images have only their most probable class",
    "the rest of the probability is shared equally by the other classes that occur, so that scores are estimates; save "
    "the probabilities of all classes for exact ones",
)


def top_class_predictions(
    source: str, filenames: Sequence[str], labels: Sequence[str], confidences: Sequence[float]
) -> Predictions:
    """Return class probabilities of images with one class and its confidence each.

    Raises:
        FileFormatError: If a confidence lies outside 0 to 1, or there are too many classes.
    """
    class_names = sorted(set(labels))
    if len(class_names) > _MAX_CLASSES:
        raise FileFormatError(f"{source} has {len(class_names):,} classes; at most {_MAX_CLASSES:,} are read")
    for filename, confidence in zip(filenames, confidences, strict=True):
        if not 0 <= confidence <= 1:
            raise FileFormatError(
                f"{source}: the class of {filename!r} has confidence {confidence:g}; confidences lie in 0 to 1"
            )
    position = {name: number for number, name in enumerate(class_names)}
    rows = [
        score_distribution(confidence, position[label], len(class_names))
        for label, confidence in zip(labels, confidences, strict=True)
    ]
    return Predictions(list(filenames), class_names, np.array(rows, np.float32), findings=(_TOP,))
