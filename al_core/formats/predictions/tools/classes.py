"""Classes with one confidence, as tools write them that keep the most probable class alone."""

from collections.abc import Sequence

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.top_k import top_k_scores


def top_class_scores(source: str, filenames: Sequence[str], confidences: Sequence[float]) -> ScoreTable:
    """Return the scores that the confidence of the most probable class of each image allows.

    Raises:
        FileFormatError: Naming the first image whose confidence lies outside 0 to 1.

    Examples:
        >>> top_class_scores("p.json", ["a.png"], [0.75]).scores
        {'uncertainty_least_confidence': array([0.25])}
    """
    for filename, confidence in zip(filenames, confidences, strict=True):
        if not 0 <= confidence <= 1:
            raise FileFormatError(
                f"{source}: the class of {filename!r} has confidence {confidence:g}; confidences lie in 0 to 1"
            )
    return top_k_scores(source, list(filenames), np.array(confidences, np.float64)[:, np.newaxis])
