"""One-vs-rest entropy of the pixels of a probability map, over the whole image and in its most doubtful patch.

"Active Learning with Context Sampling and One-vs-Rest Entropy for Semantic Segmentation" (OREAL, arXiv 2412.06470)
asks for each class "this one or any other" and adds up the binary entropies, so that a rare class that is confused
counts as much as a common one; and takes a maximum, since a mean over pixels hides the thin borders between classes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from al_core.scorers.uncertainty import uncertainties
from al_core.types import Probabilities, Scores

PATCHES_PER_SIDE = 8
"""A patch is an eighth of each side: large enough that no single pixel decides, as it would among pixels."""


def one_vs_rest_entropy(probabilities: Probabilities) -> Scores:
    """Return Σ over the classes of the binary entropy of p in bits, divided by its largest value, (N,) in [0, 1].

    The largest value, C times the binary entropy of 1 / C, is that of equal probabilities. A row with a value that is
    not finite scores 0.

    Args:
        probabilities: (N, C), C at least 2.

    Examples:
        >>> one_vs_rest_entropy(np.array([[0.5, 0.5], [1.0, 0.0], [0.5, 0.25]])).round(3)
        array([1.   , 0.   , 0.906])
    """
    # The binary entropy of p is -p log p of p and of 1 - p: two passes of the kernel that adds those up.
    bits = _entropy(probabilities) + _entropy(1 - probabilities)
    return np.clip(bits / _largest(probabilities.shape[1]), 0, 1)


def _entropy(values: NDArray[np.floating]) -> Scores:
    """Return -Σ v log2 v of each row."""
    return uncertainties(values, normalize=False)["uncertainty_entropy"]


def _largest(n_classes: int) -> float:
    share = 1 / n_classes
    return -n_classes * (share * math.log2(share) + (1 - share) * math.log2(1 - share))


def highest_patch(pixels: NDArray[np.floating]) -> float:
    """Return the highest of the means over the patches of an (H, W) map, 8 x 8 of them, fewer if it has fewer pixels.

    Examples:
        >>> pixels = np.zeros((16, 16))
        >>> pixels[:2, :2] = [[1, 1], [1, 0]]
        >>> highest_patch(pixels)
        0.75
    """
    # Where there are fewer pixels than patches, starts repeat, and reduceat would count a pixel twice.
    starts = [np.unique(np.arange(PATCHES_PER_SIDE) * side // PATCHES_PER_SIDE) for side in pixels.shape]
    sums = np.add.reduceat(np.add.reduceat(pixels, starts[0], axis=0), starts[1], axis=1)
    heights, widths = (np.diff(start, append=side) for start, side in zip(starts, pixels.shape, strict=True))
    return float((sums / np.outer(heights, widths)).max())
