import numpy as np
from sklearn.datasets import load_digits as scikit_learns_digits
from sklearn.datasets import load_sample_images

from al_core.demos.samples import load_digits, load_gray_photos


def test_digits_and_photos_are_those_that_scikit_learn_loads() -> None:
    images, labels = load_digits()
    theirs = scikit_learns_digits()
    assert np.array_equal(images * 16, theirs.images)
    assert np.array_equal(labels, theirs.target)
    for ours, photo in zip(load_gray_photos(), load_sample_images().images, strict=True):
        assert np.array_equal(ours, photo.mean(axis=2).astype(np.float32) / 255)
