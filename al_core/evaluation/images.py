"""What metrics of objects and masks have in common: each image is one draw, however much is on it."""

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import LEAST_UNITS
from al_core.evaluation.statistic import Refusal
from al_core.text import counted

LEAST_IMAGES = 30
"""Objects of one image are alike, so images are drawn, and with fewer their spread cannot be told."""


def too_few_images(n_images: int) -> Refusal:
    """Return the refusal of a metric over so many images."""
    return Refusal(f"{counted(n_images, 'test image')}; {LEAST_IMAGES} are needed", n_images, LEAST_IMAGES)


def units_of(n_images: int, groups: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return (T,) the number of what is drawn with each image: its group, or the image alone.

    Examples:
        >>> units_of(3, np.array([8, 5, 8])).tolist(), units_of(3, None).tolist()
        ([1, 0, 1], [0, 1, 2])
    """
    return np.arange(n_images) if groups is None else np.unique(groups, return_inverse=True)[1]


def refusal_of_tests(n_images: int, groups: NDArray[np.int64] | None) -> Refusal | None:
    """Return why so many test images, in groups or alone, say too little; None if they say enough."""
    if n_images < LEAST_IMAGES:
        return too_few_images(n_images)
    n_units = len(np.unique(units_of(n_images, groups)))
    if n_units < LEAST_UNITS:
        return Refusal(f"test images of {n_units} groups; an interval needs {LEAST_UNITS}", n_images)
    return None
