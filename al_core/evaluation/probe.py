"""A linear probe: logistic regression on embeddings, a cheap stand-in for the model that will be trained."""

import warnings

import numpy as np
from numpy.typing import NDArray

from al_core.types import Embeddings, Probabilities, Progress, Scores

# Weak, for unit vectors, whose classes lie near each other; the same as in the label efficiency benchmark.
_INVERSE_REGULARIZATION = 10.0
_MOST_ITERATIONS = 200
_TOLERANCE = 1e-3
N_FOLDS = 5


def probe_probabilities(
    embeddings: Embeddings, classes: NDArray[np.int64], others: Embeddings, n_classes: int
) -> Probabilities:
    """Return (M, C) class probabilities of other rows by a probe trained on some; a class not among them gets 0.

    Args:
        embeddings: (n, D) of the rows to train on, best scaled to unit length.
        classes: (n,) their classes.
        others: (M, D) of the rows to predict.
        n_classes: C.

    Examples:
        >>> line = np.array([[-1.0], [-0.8], [0.8], [1.0]])
        >>> p = probe_probabilities(line, np.array([0, 0, 2, 2]), np.array([[-1.0], [0.9]]), 3)
        >>> p.argmax(axis=1).tolist(), p[:, 1].tolist()
        ([0, 2], [0.0, 0.0])
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    probabilities = np.zeros((len(others), n_classes))
    present = np.unique(classes)
    if len(present) == 1:
        # Nothing to tell apart yet: a first batch of one class.
        probabilities[:, present[0]] = 1
        return probabilities
    model = LogisticRegression(C=_INVERSE_REGULARIZATION, max_iter=_MOST_ITERATIONS, tol=_TOLERANCE)
    with warnings.catch_warnings():
        # A probe is as useful a few iterations before its optimum.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(embeddings, classes)
    probabilities[:, model.classes_] = model.predict_proba(others)
    return probabilities


def out_of_fold_probabilities(
    embeddings: Embeddings,
    classes: NDArray[np.int64],
    n_classes: int,
    seed: int,
    progress: Progress | None = None,
) -> Probabilities:
    """Return (n, C) class probabilities of each row by a probe that was not trained on it, from 5 folds.

    Args:
        embeddings: (n, D).
        classes: (n,) labels, each judged by a probe trained on other rows.
        n_classes: C.
        seed: Fixes the folds.
        progress: Called with (rows judged, rows in all); it may raise to stop.
    """
    fold = np.empty(len(classes), np.int64)
    # Numbers in turn along a random order: sizes of folds differ by one row at most.
    order = np.random.default_rng(seed).permutation(len(classes))
    fold[order] = np.arange(len(classes)) % N_FOLDS
    probabilities = np.empty((len(classes), n_classes))
    for number in range(N_FOLDS):
        is_held_out = fold == number
        probabilities[is_held_out] = probe_probabilities(
            embeddings[~is_held_out], classes[~is_held_out], embeddings[is_held_out], n_classes
        )
        if progress:
            progress(int((fold <= number).sum()), len(classes))
    return probabilities


def margin_scores(probabilities: Probabilities) -> Scores:
    """Return (n,) 1 minus the difference of the two highest probabilities, the score that selections use by default.

    Examples:
        >>> margin_scores(np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])).tolist()
        [0.75, 0.0]
    """
    highest = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(1 - (highest[:, 1] - highest[:, 0]))
