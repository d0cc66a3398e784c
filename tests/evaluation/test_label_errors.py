import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.label_errors import average_precision, class_errors
from al_core.evaluation.probe import out_of_fold_probabilities
from al_core.exceptions import InvalidInputError


def digits_with_errors() -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    rng = np.random.default_rng(0)
    rows = rng.permutation(1797)[:800]
    vectors = digits.data[rows] / np.linalg.norm(digits.data[rows], axis=1, keepdims=True)
    is_error = rng.random(800) < 0.1
    truth = digits.target[rows]
    labels = np.where(is_error, (truth + rng.integers(1, 10, 800)) % 10, truth)
    return vectors.astype(np.float32), labels, is_error, truth


def test_planted_errors_come_first_and_their_class_is_suggested() -> None:
    vectors, labels, is_error, truth = digits_with_errors()
    errors = class_errors(labels, out_of_fold_probabilities(vectors, labels, 10, seed=0), vectors)
    assert average_precision(errors.suspicion, is_error) > 0.95
    assert (errors.suggested == truth)[is_error].mean() > 0.9
    assert is_error[errors.order[:50]].mean() > 0.95
    assert errors.is_likely[is_error].mean() > 0.8
    assert errors.is_likely[~is_error].mean() < 0.03


def test_neighbors_find_errors_that_the_probe_alone_ranks_lower() -> None:
    vectors, labels, is_error, _ = digits_with_errors()
    probabilities = out_of_fold_probabilities(vectors, labels, 10, seed=0)
    alone = average_precision(class_errors(labels, probabilities).suspicion, is_error)
    together = average_precision(class_errors(labels, probabilities, vectors).suspicion, is_error)
    assert together > alone


def test_a_class_that_is_never_sure_is_not_full_of_errors() -> None:
    # The model gives class 1 at most 0.45, right or not; 0.4 is what it usually says of it.
    probabilities = np.array([[0.9, 0.1]] * 8 + [[0.6, 0.4]] * 8)
    errors = class_errors(np.array([0] * 8 + [1] * 8), probabilities)
    assert not errors.is_likely.any()


def test_labels_that_do_not_fit_the_model_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="a label is of class 2; the model has classes 0 to 1"):
        class_errors(np.array([0, 2]), np.full((2, 2), 0.5))
    with pytest.raises(InvalidInputError, match=r"3 labels need probabilities \(n, C\), not \(2, 2\)"):
        class_errors(np.array([0, 1, 1]), np.full((2, 2), 0.5))
