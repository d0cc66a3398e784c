"""How many objects to expect on images: what a model predicts, set right by the labels that have come back."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.predictions import DETECTION, KEYPOINTS
from al_core.steps.labels import TaskLabels, labels_for
from al_core.steps.predictions import model_of, task_of
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, StoredArray

LEAST_LABELED = 10
"""Labeled images; the counts of a handful would say more about these than about the model."""


def objects_per_expected(dataset: "Dataset", stored: "StoredArray", annotations: Annotations) -> float:
    """Return by what to multiply the objects that a model expects, so that they add up to the labeled ones.

    A detector whose confidences add up to half of what people then draw would spend a budget twice. Images that the
    model was trained on count, too: there it expects more nearly what is labeled, so the factor may correct too little.
    It is 1 where there are too few labels to tell.

    Args:
        dataset: Whose labels.
        stored: The predictions.
        annotations: The same for all samples, as they are counted.
    """
    task = task_of(stored)
    if task.name not in (DETECTION, KEYPOINTS):
        return 1.0
    labels = labels_for(dataset, task.name)
    model = model_of(dataset, stored)
    is_predicted = np.ones(len(labels.rows), bool)
    if model and model.scores and len(labels.rows):
        # A sample without a prediction expects nothing, whatever is on it.
        is_predicted = ~np.isnan(dataset.arrays.read_rows(next(iter(model.scores.values())), labels.rows))
    expected = task.expected_objects(annotations.take(labels.rows), len(labels.rows))
    if expected is None:
        return 1.0
    return fitted_factor(expected[is_predicted], _n_drawn(labels, task.name)[is_predicted])


def fitted_factor(expected: NDArray[np.floating], n_drawn: NDArray[np.int64]) -> float:
    """Return the ratio of labeled to expected objects over the same images, 1 if there are too few of them.

    The ratio of both sums is the best linear estimate where the spread of a count grows with it, and unlike a line with
    an intercept it expects nothing where nothing is predicted. Source: Cochran, Sampling Techniques, 3rd edition, §6.7.

    Args:
        expected: (L,) objects that the model expects on labeled images.
        n_drawn: (L,) objects that people have drawn there.

    Examples:
        >>> fitted_factor(np.full(10, 1.5), np.full(10, 3))
        2.0
        >>> fitted_factor(np.full(9, 1.5), np.full(9, 3))
        1.0
    """
    total = float(expected.sum(dtype=np.float64))
    if len(expected) < LEAST_LABELED or total <= 0 or not n_drawn.sum():
        return 1.0
    return float(n_drawn.sum() / total)


def _n_drawn(labels: TaskLabels, task: str) -> NDArray[np.int64]:
    """Return (L,) how many objects each labeled sample has."""
    if task == DETECTION:
        places: Rows = labels.labels.boxes["row"]
    else:
        # Each entry is one keypoint.
        points = labels.labels.keypoints
        places = np.unique(np.column_stack([points["row"], points["instance"]]), axis=0)[:, 0]
    return np.bincount(places, minlength=len(labels.rows))
