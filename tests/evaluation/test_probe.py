import numpy as np
import pytest

from al_core.evaluation.probe import margin_scores, out_of_fold_probabilities, probe_probabilities


def test_a_probe_tells_separate_classes_apart() -> None:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 200)
    vectors = np.eye(3)[classes] + rng.normal(0, 0.1, (200, 3))
    probabilities = probe_probabilities(vectors[:100], classes[:100], vectors[100:], 4)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(100))
    assert (probabilities.argmax(axis=1) == classes[100:]).mean() > 0.95


def test_a_batch_of_one_class_predicts_that_class() -> None:
    probabilities = probe_probabilities(np.ones((3, 2)), np.array([1, 1, 1]), np.ones((2, 2)), 3)
    assert probabilities.tolist() == [[0, 1, 0], [0, 1, 0]]


def test_no_row_is_judged_by_a_probe_that_has_seen_its_label() -> None:
    # Labels without any relation to the vectors: a probe that had seen them would repeat them.
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(200, 150))
    classes = rng.integers(0, 2, 200)
    seen = probe_probabilities(vectors, classes, vectors, 2).argmax(axis=1)
    held_out = out_of_fold_probabilities(vectors, classes, 2, seed=0).argmax(axis=1)
    assert (seen == classes).mean() > 0.9
    assert (held_out == classes).mean() < 0.65


def test_margins_are_high_where_two_classes_are_near() -> None:
    assert margin_scores(np.array([[0.4, 0.4, 0.2], [0.1, 0.9, 0.0]])) == pytest.approx([1, 0.2])
