import numpy as np
from numpy.typing import NDArray

MEAN_COLOR = "python:tests.embedding.models:mean_color"
"""How a command names `mean_color`."""


def mean_color(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean of each channel (n, 3)."""
    means: NDArray[np.float64] = images.mean(axis=(1, 2))
    return means


class CountingMeanColor:
    """The same, counting the images it is shown."""

    def __init__(self) -> None:
        self.n_shown = 0

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        self.n_shown += len(images)
        return mean_color(images)
