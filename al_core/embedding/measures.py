import numpy as np
from numba import njit
from numpy.typing import NDArray


def measure(grey: NDArray[np.uint8]) -> dict[str, float]:
    """Return the sharpness, brightness and signal-to-noise ratio of a greyscale image (H, W)."""
    total, squares = _sums(grey)
    mean, variance = _mean_and_variance(total, squares, grey.size)
    return {
        "sharpness": sharpness(grey),
        "brightness": mean,
        "signal_to_noise": mean / variance**0.5 if variance else 0.0,
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
    height, width = grey.shape
    if min(height, width) < 3:
        return 0.0
    return _mean_and_variance(*_laplacian_sums(grey), (height - 2) * (width - 2))[1]


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the grey levels (H, W) of an RGB image (H, W, 3), by the weights of ITU-R BT.601.

    Examples:
        >>> luma(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]], np.uint8)).tolist()
        [[76, 150, 29, 9]]
    """
    return np.asarray(_luma(np.ascontiguousarray(pixels)))


def _mean_and_variance(total: int, squares: int, count: int) -> tuple[float, float]:
    return total / count, (count * squares - total**2) / count**2


@njit(cache=True, nogil=True)
def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width, _ = pixels.shape
    grey = np.empty((height, width), np.uint8)
    for y in range(height):
        row = pixels[y]
        for x in range(width):
            grey[y, x] = (19595 * row[x, 0] + 38470 * row[x, 1] + 7471 * row[x, 2] + 32768) >> 16
    return grey


# The sums of one row fit 32 bits, which doubles the width of the vectors.
@njit(cache=True, nogil=True)
def _sums(grey: NDArray[np.uint8]) -> tuple[int, int]:
    total = squares = 0
    for y in range(grey.shape[0]):
        row_total = row_squares = np.int32(0)
        row = grey[y]
        for x in range(row.size):
            level = np.int32(row[x])
            row_total += level
            row_squares += level * level
        total += int(row_total)
        squares += int(row_squares)
    return total, squares


@njit(cache=True, nogil=True)
def _laplacian_sums(grey: NDArray[np.uint8]) -> tuple[int, int]:
    total = squares = 0
    for y in range(1, grey.shape[0] - 1):
        row_total = row_squares = np.int32(0)
        above, row, below = grey[y - 1], grey[y], grey[y + 1]
        for x in range(1, row.size - 1):
            neighbours = np.int32(above[x]) + np.int32(below[x]) + np.int32(row[x - 1]) + np.int32(row[x + 1])
            value = neighbours - np.int32(4) * np.int32(row[x])
            row_total += value
            row_squares += value * value
        total += int(row_total)
        squares += int(row_squares)
    return total, squares
