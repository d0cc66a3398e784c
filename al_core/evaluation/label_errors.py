"""Which labels are probably wrong: those that neither a model which has not seen them nor their neighbors support.

Confident learning ranks labels by the probability that such a model gives them, and calls those errors where another
class reaches the confidence it usually has (Northcutt, Jiang, Chuang, Confident Learning: Estimating Uncertainty in
Dataset Labels, JAIR 70, 2021, §3.1). The share of a row's nearest neighbors with the same label is a second opinion
that errs elsewhere (Zhu, Dong, Liu, Detecting Corrupted Labels Without Training a Model to Predict, ICML 2022); the
product of both ranks planted errors better than the model alone (docs/benchmarks/rounds.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.types import Embeddings, Probabilities, Progress

_N_NEIGHBORS = 10
# Half a neighbor: ten that disagree are strong evidence, not proof.
_LEAST_SUPPORT = 0.05


@dataclass(frozen=True, eq=False)
class ClassErrors:
    """How suspicious each label is.

    Attributes:
        suspicion: (n,) 0 to 1, higher is more likely wrong.
        suggested: (n,) the class that the model would have said.
        order: (n,) positions, the most suspicious first.
        is_likely: (n,) whether another class reaches the confidence it usually has and the label does not.
    """

    suspicion: NDArray[np.float64]
    suggested: NDArray[np.int64]
    order: NDArray[np.int64]
    is_likely: NDArray[np.bool_]


def class_errors(
    classes: NDArray[np.int64],
    probabilities: Probabilities,
    embeddings: Embeddings | None = None,
    progress: Progress | None = None,
) -> ClassErrors:
    """Return how suspicious each label of a class is.

    Args:
        classes: (n,) labels.
        probabilities: (n, C) of a model that was not trained on these labels; without one, of a cross-validated probe
            (`out_of_fold_probabilities`).
        embeddings: (n, D) of the labeled rows, whose neighbors give a second opinion.
        progress: Called with (done, total) while neighbors are looked for; it may raise to stop.

    Raises:
        InvalidInputError: If the shapes differ or a label is out of range.

    Examples:
        >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]])
        >>> errors = class_errors(np.array([0, 0, 0, 1]), p)
        >>> errors.order.tolist(), errors.suggested.tolist(), errors.is_likely.tolist()
        ([2, 1, 3, 0], [1, 1, 1, 0], [False, False, True, False])
    """
    if probabilities.ndim != 2 or len(probabilities) != len(classes):
        raise InvalidInputError(f"{len(classes)} labels need probabilities (n, C), not {probabilities.shape}")
    n_classes = probabilities.shape[1]
    strangers = classes[(classes < 0) | (classes >= n_classes)]
    if len(strangers):
        raise InvalidInputError(f"a label is of class {strangers[0]}; the model has classes 0 to {n_classes - 1}")
    believed = probabilities.astype(np.float64)
    if embeddings is not None and len(classes) > 1:
        believed *= _LEAST_SUPPORT + _neighbor_shares(classes, embeddings, n_classes, progress)
        believed /= np.maximum(believed.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    places = np.arange(len(classes))
    confidence = believed[places, classes]
    others = believed.copy()
    # Below every probability, so that the label itself is never suggested.
    others[places, classes] = -1
    suggested = others.argmax(axis=1)
    reaches = believed >= _usual_confidence(classes, believed)
    label_reaches = reaches[places, classes]
    other_reaches = reaches[places, suggested]
    is_likely = ~label_reaches & other_reaches & (others.max(axis=1) > confidence)
    return ClassErrors(1 - confidence, suggested, np.argsort(confidence, kind="stable"), is_likely)


def _neighbor_shares(
    classes: NDArray[np.int64], embeddings: Embeddings, n_classes: int, progress: Progress | None
) -> NDArray[np.float64]:
    """Return (n, C) the share of each row's nearest neighbors that are labeled with each class."""
    neighbors = nearest_neighbors(embeddings, _N_NEIGHBORS, progress=progress).indices
    shares = np.zeros((len(classes), n_classes))
    # `add.at` counts every neighbor; with plain indexing, several of one class would count as one.
    rows = np.arange(len(classes))[:, None]
    np.add.at(shares, (rows, classes[neighbors]), 1 / neighbors.shape[1])
    return shares


def average_precision(suspicion: NDArray[np.floating], is_error: NDArray[np.bool_]) -> float:
    """Return how well a suspicion ranks planted errors: precision at each error found, averaged.

    Examples:
        >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]))
        0.8333333333333333
    """
    ordered = is_error[np.argsort(-suspicion, kind="stable")]
    places = np.flatnonzero(ordered)
    return float(np.mean(np.arange(1, len(places) + 1) / (places + 1)))


def _usual_confidence(classes: NDArray[np.int64], probabilities: Probabilities) -> NDArray[np.float64]:
    """Return (C,) the mean probability of each class where it is the label; above 1 for a class without labels."""
    confidence = probabilities[np.arange(len(classes)), classes]
    counts = np.bincount(classes, minlength=probabilities.shape[1])
    sums = np.bincount(classes, confidence, minlength=probabilities.shape[1])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
