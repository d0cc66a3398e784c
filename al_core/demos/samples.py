"""The images that scikit-learn brings along, read from its files: importing it would take seconds."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

N_LEVELS = 16
"""Each pixel of a digit counts the inked ones of a 4 × 4 block of the scan: 0 to 16."""


def load_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the handwritten digits (1797, 8, 8), 0 to 1, and their labels (1797,)."""
    table = np.loadtxt(_datasets_folder() / "data" / "digits.csv.gz", np.int64, delimiter=",")
    images = (table[:, :-1] / N_LEVELS).astype(np.float32).reshape(-1, 8, 8)
    return images, table[:, -1]


def load_gray_photos() -> list[NDArray[np.float32]]:
    """Return the two photos in gray, (427, 640) each, 0 to 1."""
    from PIL import Image

    photos = []
    for name in ("china.jpg", "flower.jpg"):
        with Image.open(_datasets_folder() / "images" / name) as image:
            photos.append(np.asarray(image).mean(axis=2).astype(np.float32) / 255)
    return photos


def _datasets_folder() -> Path:
    # The specification of a package at the top is had without running the package.
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "datasets"
