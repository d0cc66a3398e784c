import numpy as np
from numpy.typing import NDArray


def measure(grey: NDArray[np.uint8]) -> dict[str, float]:
    """Return the sharpness, brightness and signal-to-noise ratio of a greyscale image (H, W)."""
    mean, deviation = float(grey.mean()), float(grey.std())
    return {
        "sharpness": sharpness(grey),
        "brightness": mean,
        "signal_to_noise": mean / deviation if deviation else 0.0,
    }


def sharpness(grey: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian, in squared grey levels: the higher, the sharper; 0 for a flat image.

    Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy (ICPR 2000), with the 4-neighbour kernel.

    Examples:
        One white pixel on black: the Laplacian is -4 · 255 there, 255 at its four neighbours and 0 elsewhere.

        >>> image = np.zeros((5, 5), np.uint8)
        >>> image[2, 2] = 255
        >>> sharpness(image) == 255**2 * (4**2 + 4) / 9
        True
    """
    if min(grey.shape) < 3:
        return 0.0
    levels = grey.astype(np.int16)
    neighbours = levels[:-2, 1:-1] + levels[2:, 1:-1] + levels[1:-1, :-2] + levels[1:-1, 2:]
    return float((neighbours - 4 * levels[1:-1, 1:-1]).var())
