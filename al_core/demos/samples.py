"""The images that demos are made of: digits of scikit-learn and photographs, read without importing scikit-learn."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

N_LEVELS = 16
"""Each pixel of a digit counts the inked ones of a 4 × 4 block of the scan: 0 to 16."""

PHOTO_FOLDER = Path(__file__).parent / "photos"
"""Photographs under CC BY 4.0 and CC0; NOTICE says whose they are and where they come from."""


def load_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the handwritten digits (1797, 8, 8), 0 to 1, and their labels (1797,)."""
    table = np.loadtxt(_datasets_folder() / "data" / "digits.csv.gz", np.int64, delimiter=",")
    images = (table[:, :-1] / N_LEVELS).astype(np.float32).reshape(-1, 8, 8)
    return images, table[:, -1]


def load_photos() -> list[NDArray[np.uint8]]:
    """Return the photographs, (H, W, 3) each: those of al_core by name, then the two of scikit-learn."""
    from PIL import Image

    sklearn_photos = [_datasets_folder() / "images" / name for name in ("china.jpg", "flower.jpg")]
    photos = []
    for path in (*sorted(PHOTO_FOLDER.glob("*.jpg")), *sklearn_photos):
        with Image.open(path) as image:
            photos.append(np.asarray(image.convert("RGB")))
    return photos


def _datasets_folder() -> Path:
    # The specification of a package at the top is had without running the package.
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "datasets"
