"""What labels have bought, of figures that are no mean over images: differences of mAP and mIoU on the same images.

Both models are drawn on the same images again and again, so that what is hard or easy for both cancels, and with it
most of what makes either figure too high on few images (docs/benchmarks/map_gains.md).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.images import refusal_of_tests, units_of
from al_core.evaluation.mask_metrics import draw_mean_overlaps
from al_core.evaluation.object_matches import ImageObjects
from al_core.evaluation.object_metrics import draw_precisions
from al_core.evaluation.statistic import LEVEL, Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError

# Half of what one image adds that one model alone gets right: models that differ on none of thirty images may differ
# on the next, and without it their interval would be from 0 to 0 (docs/benchmarks/map_gains.md).
_UNSEEN_VARIANCE = 0.5


def precision_gain(
    labels: Sequence[ImageObjects],
    predictions: tuple[Sequence[ImageObjects], Sequence[ImageObjects]],
    n_classes: int,
    *,
    sigmas: Sequence[float] | None = None,
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Statistic:
    """Return by how much a later model's mAP is higher, from a bootstrap over the images that both were judged on.

    Args:
        labels: One for each test image.
        predictions: What the earlier model predicts on each and what the later one does, in the same order, with
            scores.
        n_classes: C.
        sigmas: (K,) for keypoints, as in `object_results`; None measures boxes.
        groups: (T,) group of each test image; whole groups are drawn then.
        seed: Fixes the bootstrap.

    Raises:
        InvalidInputError: If the three differ in length, or predictions have no scores.
    """
    _check_paired(len(labels), *map(len, predictions))
    refusal = refusal_of_tests(len(labels), groups)
    if refusal:
        return refusal
    before, after = (
        draw_precisions(labels, each, n_classes, sigmas=sigmas, groups=groups, seed=seed) for each in predictions
    )
    return gain_interval(before.means(), after.means(), before.n_units, len(labels))


def overlap_gain(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
    *,
    seed: int = 0,
) -> Statistic:
    """Return by how much a later model's mIoU is higher, from a bootstrap over the images that both were judged on.

    Args:
        before: (T, C, 2) what `class_overlaps` returns for each test image of the earlier model.
        after: The same of the later model.
        groups: (T,) group of each test image; whole groups are drawn then.
        seed: Fixes the bootstrap.

    Raises:
        InvalidInputError: If the two differ in length.

    Examples:
        Half of the pixels are right, then three quarters, on each image.

        >>> before = np.tile([[[2.0, 4.0]]], (30, 1, 1))
        >>> after = np.tile([[[3.0, 4.0]]], (30, 1, 1))
        >>> overlap_gain(before, after).value
        0.25
    """
    _check_paired(len(before), len(before), len(after))
    refusal = refusal_of_tests(len(before), groups)
    if refusal:
        return refusal
    n_units = len(np.unique(units_of(len(before), groups)))
    of_before, of_after = (draw_mean_overlaps(overlaps, groups, seed=seed) for overlaps in (before, after))
    return gain_interval(of_before, of_after, n_units, len(before))


def _check_paired(n_labels: int, n_before: int, n_after: int) -> None:
    if not n_labels == n_before == n_after:
        raise InvalidInputError(
            f"paired models are judged on the same test images, but there are {n_labels} labeled ones, {n_before} "
            f"predicted by one model and {n_after} by the other; take the images that both have predictions for"
        )


def gain_interval(before: NDArray[np.float64], after: NDArray[np.float64], n_units: int, n: int) -> Statistic:
    """Return the interval of the first difference, from the others, which are of draws."""
    from scipy.special import stdtrit

    value, *draws = (after - before).tolist()
    if np.isnan(value):
        return Refusal("nothing is labeled on the test images yet", n)
    drawn = np.array(draws)[~np.isnan(draws)]
    # A bootstrap's spread is too small by √((n-1)/n).
    variance = drawn.var() * n_units / (n_units - 1) + _UNSEEN_VARIANCE / n_units**2
    reach = float(stdtrit(n_units - 1, (1 + LEVEL) / 2) * np.sqrt(variance))
    return Interval(value, max(value - reach, -1.0), min(value + reach, 1.0), n=n)
