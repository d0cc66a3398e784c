"""Masks: the mean overlap of classes over all test images (mIoU)."""

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import bootstrap_interval
from al_core.evaluation.images import LEAST_IMAGES, too_few_images
from al_core.evaluation.statistic import Interval, Statistic
from al_core.exceptions import InvalidInputError

__all__ = ["LEAST_IMAGES", "class_overlaps", "mean_overlap"]


def class_overlaps(
    labels: NDArray[np.integer], predicted: NDArray[np.integer], n_classes: int, ignored: int = 255
) -> NDArray[np.float64]:
    """Return for one image how many pixels of each class label and prediction share, and cover together, (C, 2).

    Args:
        labels: (H, W) class of each pixel as labeled.
        predicted: (H, W) class of each pixel as predicted.
        n_classes: C.
        ignored: Pixels with this label do not count.

    Raises:
        InvalidInputError: If the two differ in shape.

    Examples:
        >>> class_overlaps(np.array([[0, 0], [1, 255]]), np.array([[0, 1], [1, 1]]), 2)
        array([[1., 2.],
               [1., 2.]])
    """
    if labels.shape != predicted.shape:
        raise InvalidInputError(f"a labeled mask of {labels.shape} and a predicted one of {predicted.shape}: scale one")
    counts = labels != ignored
    labeled = np.bincount(labels[counts], minlength=n_classes)[:n_classes]
    named = np.bincount(predicted[counts], minlength=n_classes)[:n_classes]
    shared = np.bincount(labels[counts & (labels == predicted)], minlength=n_classes)[:n_classes]
    return np.column_stack([shared, labeled + named - shared]).astype(np.float64)


def mean_overlap(overlaps: NDArray[np.float64], *, seed: int = 0) -> Statistic:
    """Return the mean over classes of shared by covered pixels of all images, with a bootstrap over images.

    Source: Everingham et al., The Pascal VOC Challenge: A Retrospective, IJCV 111 (2015), §4.1.

    Args:
        overlaps: (T, C, 2) what `class_overlaps` returns for each test image.
        seed: Fixes the bootstrap.

    Examples:
        >>> overlaps = np.tile([[[3.0, 4.0], [1.0, 4.0]]], (30, 1, 1))
        >>> mean_overlap(overlaps).value
        0.5
        >>> mean_overlap(overlaps[:7]).text()
        '7 test images; 30 are needed'
    """
    n_images, n_classes, _ = overlaps.shape
    if n_images < LEAST_IMAGES:
        return too_few_images(n_images)

    def statistic(totals: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
        pixels = totals.reshape(-1, n_classes, 2)
        # A class in none of the images that were drawn has no overlap to average.
        shares = np.divide(
            pixels[..., 0], pixels[..., 1], out=np.full(pixels.shape[:2], np.nan), where=pixels[..., 1] > 0
        )
        return np.asarray(np.nanmean(shares, axis=1))

    flat = overlaps.reshape(n_images, -1)
    interval = bootstrap_interval(flat, np.ones(n_images), statistic, seed=seed)
    return Interval(interval.value, max(interval.low, 0.0), min(interval.high, 1.0), n=n_images)
