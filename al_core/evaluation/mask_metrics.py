"""Masks: the mean overlap of classes over all test images (mIoU)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import N_DRAWS, draw_counts, group_totals, percentile_ends
from al_core.evaluation.class_metrics import LEAST_PER_CLASS
from al_core.evaluation.images import LEAST_IMAGES, refusal_of_tests, units_of
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted

__all__ = ["LEAST_IMAGES", "MaskResults", "class_overlaps", "mask_results", "mean_overlap"]


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
    # Numbers beyond the classes count for none of them.
    labeled = np.bincount(labels[counts], minlength=n_classes)[:n_classes]
    named = np.bincount(predicted[counts], minlength=n_classes)[:n_classes]
    shared = np.bincount(labels[counts & (labels == predicted)], minlength=n_classes)[:n_classes]
    # The union: pixels that both name count once.
    return np.column_stack([shared, labeled + named - shared]).astype(np.float64)


@dataclass(frozen=True)
class MaskResults:
    """How a model does on masks.

    Attributes:
        mean: Overlap of the classes on average (mIoU).
        classes: (C,) overlap of each class (IoU), or why there is none.
        n_images: (C,) test images on which the class is labeled or predicted.
    """

    mean: Statistic
    classes: tuple[Statistic, ...]
    n_images: tuple[int, ...]


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
    return mask_results(overlaps, seed=seed).mean


def mask_results(
    overlaps: NDArray[np.float64], groups: NDArray[np.int64] | None = None, *, seed: int = 0
) -> MaskResults:
    """Return the overlap of each class and their mean, with a bootstrap over images, or over groups of them.

    Args:
        overlaps: (T, C, 2) what `class_overlaps` returns for each test image.
        groups: (T,) group of each test image; whole groups are drawn then.
        seed: Fixes the bootstrap.
    """
    n_images, n_classes, _ = overlaps.shape
    shown_on = tuple((overlaps[:, :, 1] > 0).sum(axis=0).tolist())
    refusal = refusal_of_tests(n_images, groups)
    if refusal:
        return MaskResults(refusal, (refusal,) * n_classes, shown_on)
    values = _draw_overlaps(overlaps, groups, seed)
    n_units = len(np.unique(units_of(n_images, groups)))
    return MaskResults(
        _interval(_class_means(values), n_units, n_images),
        tuple(_of_class(values[:, number], n, n_units) for number, n in enumerate(shown_on)),
        shown_on,
    )


def draw_mean_overlaps(
    overlaps: NDArray[np.float64], groups: NDArray[np.int64] | None = None, *, seed: int = 0
) -> NDArray[np.float64]:
    """Return (1 + B,) the mean overlap of the classes on the images and on draws of them; NaN without any class.

    Two models with one seed share the draws. The arguments are those of `mask_results`.
    """
    return _class_means(_draw_overlaps(overlaps, groups, seed))


def _draw_overlaps(overlaps: NDArray[np.float64], groups: NDArray[np.int64] | None, seed: int) -> NDArray[np.float64]:
    """Return (1 + B, C) the overlap of each class on the images as they are, and on draws of them."""
    flat = overlaps.reshape(len(overlaps), -1)
    sums, sizes = group_totals(flat, units_of(len(overlaps), groups))
    whole = _shares(flat.sum(axis=0)[None])
    drawn = [_shares(counts @ sums) for counts in draw_counts(len(sizes), N_DRAWS, seed)]
    return np.concatenate([whole, *drawn])


def _class_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # A class in none of the images that were drawn has no overlap to average.
    has_class = ~np.isnan(values)
    n_shown = np.maximum(has_class.sum(axis=1), 1)
    means = np.where(has_class, values, 0).sum(axis=1) / n_shown
    return np.where(has_class.any(axis=1), means, np.nan)


def _shares(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (B, C) shared by covered pixels, NaN for a class that covers none."""
    pixels = totals.reshape(len(totals), -1, 2)
    shared = pixels[..., 0]
    covered = pixels[..., 1]
    return np.where(covered > 0, shared / np.where(covered > 0, covered, 1), np.nan)


def _of_class(values: NDArray[np.float64], n_images: int, n_units: int) -> Statistic:
    if n_images < LEAST_PER_CLASS:
        return Refusal(f"{counted(n_images, 'test image')}; a class needs {LEAST_PER_CLASS}", n_images, LEAST_PER_CLASS)
    return _interval(values, n_units, n_images)


def _interval(values: NDArray[np.float64], n_units: int, n: int) -> Statistic:
    """Return the interval of the first value, from the others, which are drawn."""
    value, *draws = values.tolist()
    if np.isnan(value):
        return Refusal("no pixels of a class yet")
    low, high = percentile_ends(np.array(draws)[~np.isnan(draws)], n_units)
    return Interval(value, max(low, 0.0), min(high, 1.0), n=n)
