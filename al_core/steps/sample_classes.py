"""One class for each sample: as labeled, and whether a model was right about it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.predictions import CLASSIFICATION
from al_core.steps.classes import class_names
from al_core.steps.labels import labels_for
from al_core.steps.rounds import read_rounds

if TYPE_CHECKING:
    from al_core.store import Dataset

RIGHT = 0
WRONG = 1
"""Codes of `right_or_wrong`."""


def labeled_classes(dataset: "Dataset") -> NDArray[np.int32]:
    """Return (N,) the class that each image was labeled with, a position in `class_names`; -1 without a label.

    Of images with several classes it is the first.
    """
    counted = labels_for(dataset, CLASSIFICATION)
    codes = np.full(dataset.n_samples, -1, np.int32)
    place = {name: position for position, name in enumerate(class_names(dataset))}
    # The last one answers for images without a class, whose first class is -1.
    places_of_labels = [place[name] for name in counted.labels.class_names]
    places = np.array([*places_of_labels, -1], np.int32)
    codes[counted.rows] = places[counted.first_classes]
    return codes


def right_or_wrong(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> NDArray[np.int8]:
    """Return (N,) `RIGHT` or `WRONG` where there are a label and a prediction, otherwise -1.

    Examples:
        >>> right_or_wrong(np.array([0, 1, -1, 2]), np.array([0, 0, 1, -1]))
        array([ 0,  1, -1, -1], dtype=int8)
    """
    verdict = np.where(labels == predicted, RIGHT, WRONG).astype(np.int8)
    verdict[(labels < 0) | (predicted < 0)] = -1
    return verdict


def first_rounds(dataset: "Dataset") -> tuple[NDArray[np.int32], list[str]]:
    """Return (N,) the round that first picked each image, a position among the names of the rounds; -1 if none has."""
    rounds = read_rounds(dataset)
    codes = np.full(dataset.n_samples, -1, np.int32)
    # The newest first, so that the first one has the last word.
    for position in reversed(range(len(rounds))):
        codes[rounds[position].added_rows] = position
    return codes, [each.name for each in rounds]
