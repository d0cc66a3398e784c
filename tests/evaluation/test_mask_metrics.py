import numpy as np
import pytest

from al_core.evaluation.mask_metrics import class_overlaps, mean_overlap
from al_core.exceptions import InvalidInputError


def test_overlaps_are_those_of_sets_of_pixels() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, 2, 255], size=(20, 30))
    predicted = rng.integers(0, 3, (20, 30))
    overlaps = class_overlaps(labels, predicted, 3)
    for number in range(3):
        labeled = (labels == number) & (labels != 255)
        named = (predicted == number) & (labels != 255)
        assert overlaps[number].tolist() == [(labeled & named).sum(), (labeled | named).sum()]


def test_images_are_drawn_and_their_pixels_added_up() -> None:
    rng = np.random.default_rng(1)
    shared = rng.integers(20, 60, (40, 3)).astype(float)
    overlaps = np.stack([shared, np.full((40, 3), 80.0)], axis=2)
    result = mean_overlap(overlaps)
    assert result.speaks
    assert result.value == pytest.approx(shared.sum() / (40 * 3 * 80))
    assert result.low < result.value < result.high
    assert result.n == 40


def test_a_class_that_is_nowhere_does_not_count() -> None:
    overlaps = np.tile([[[30.0, 40.0], [0.0, 0.0]]], (30, 1, 1))
    result = mean_overlap(overlaps)
    assert result.speaks
    assert result.value == 0.75


def test_masks_of_different_sizes_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"\(2, 2\) and a predicted one of \(3, 3\)"):
        class_overlaps(np.zeros((2, 2), int), np.zeros((3, 3), int), 2)
