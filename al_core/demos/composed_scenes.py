"""Composed scenes: photographs with handwritten digits on them, drawn from a seed, so that all labels are exact."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.demos.samples import load_digits, load_photos

if TYPE_CHECKING:
    from PIL.Image import Image

Windows: TypeAlias = NDArray[np.float32]
"""(N, 25, 25, 8, 8): the window of `DIGIT` pixels a side at each place of each scene."""

N_SCENES = 340
"""So many that the reserve, a tenth of what no round has labeled before the first, has the 30 images of an interval."""
SIDE = 32
"""Pixels on each side of what the model sees of a scene; digits have `DIGIT`, and the image files `ENLARGED` times as
many."""
DIGIT = 8
ENLARGED = 7
FILE_SIDE = SIDE * ENLARGED
MOST_DIGITS = 6
LEAST_CROP = 120
"""Pixels on each side of the smallest part of a photograph that becomes a scene; the largest is the shorter side."""
BRIGHTNESS = np.float32(0.45)
"""Photographs are darkened to this, so that white digits stand out."""


@dataclass(frozen=True)
class Scenes:
    """Photographs with digits.

    Attributes:
        pictures: (N, 224, 224, 3) the images in color.
        pixels: (N, 32, 32) what the model sees of them: their brightness, 0 to 1.
        ink: (N, 32, 32) how much of each pixel the stroke of a digit covers, 0 to 1.
        digits: For each scene label, top and left of the digits on it in pixels of the model, (n, 3).
    """

    pictures: NDArray[np.uint8]
    pixels: NDArray[np.float32]
    ink: NDArray[np.float32]
    digits: list[NDArray[np.int64]]

    def windows(self) -> Windows:
        """Return the window at each place of each scene, without a copy."""
        return np.lib.stride_tricks.sliding_window_view(self.pixels, (DIGIT, DIGIT), axis=(1, 2))

    def digits_of(self, row: int) -> NDArray[np.float32]:
        """Return the strokes of the digits of one scene, (n, 8, 8), 0 to 1."""
        windows = np.lib.stride_tricks.sliding_window_view(self.ink[row], (DIGIT, DIGIT))
        corners = self.digits[row][:, 1:]
        return windows[corners[:, 0], corners[:, 1]]


def draw(seed: int = 0) -> Scenes:
    """Return the scenes, each with one to six digits that do not touch."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    photos = [Image.fromarray(photo) for photo in load_photos()]
    strokes, labels = load_digits()
    pictures = np.empty((N_SCENES, FILE_SIDE, FILE_SIDE, 3), np.uint8)
    ink = np.zeros((N_SCENES, SIDE, SIDE), np.float32)
    digits = []
    for number in range(N_SCENES):
        background = _background(photos[rng.integers(len(photos))], rng)
        placed = _place_digits(rng, len(strokes))
        for row, top, left in placed:
            ink[number, top : top + DIGIT, left : left + DIGIT] = strokes[row]
        pictures[number] = _composed(background, ink[number])
        digits.append(np.array([(labels[row], top, left) for row, top, left in placed], np.int64))
    return Scenes(pictures, _brightness(pictures), ink, digits)


def write_images(folder: Path, filenames: list[str], pictures: NDArray[np.uint8]) -> None:
    """Write the image files of scenes."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for filename, picture in zip(filenames, pictures, strict=True):
        Image.fromarray(picture).save(folder / filename, quality=90)


def _background(photo: "Image", rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a darkened part of a photograph at a random scale, (224, 224, 3), 0 to 1."""
    from PIL.Image import Resampling

    side = int(rng.integers(LEAST_CROP, min(photo.size) + 1))
    left, top = rng.integers(0, np.array(photo.size) - side + 1).tolist()
    part = photo.resize((FILE_SIDE, FILE_SIDE), Resampling.BICUBIC, box=(left, top, left + side, top + side))
    return np.asarray(part, np.float32) / np.float32(255) * BRIGHTNESS


def _place_digits(rng: np.random.Generator, n_digits: int) -> list[tuple[int, int, int]]:
    """Return which digits are on a scene, each with its top and left."""
    placed: list[tuple[int, int, int]] = []
    for row in rng.choice(n_digits, rng.integers(1, MOST_DIGITS + 1), replace=False).tolist():
        top, left = rng.integers(0, SIDE - DIGIT + 1, 2).tolist()
        # More than a digit apart in one direction, so that a pixel of photograph is between any two.
        is_free = all(max(abs(top - y), abs(left - x)) > DIGIT for _, y, x in placed)
        if is_free:
            placed.append((row, top, left))
    return placed


def _composed(background: NDArray[np.float32], ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return an image on which white ink (32, 32) covers the background (224, 224, 3)."""
    from PIL import Image

    enlarged = Image.fromarray(ink).resize((FILE_SIDE, FILE_SIDE), Image.Resampling.BICUBIC)
    # Bicubic interpolation goes a little below 0 and above 1.
    cover = np.asarray(enlarged).clip(0, 1)[:, :, np.newaxis]
    levels: NDArray[np.float32] = np.rint(255 * (background * (1 - cover) + cover))
    return levels.astype(np.uint8)


def _brightness(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean brightness of the file's pixels behind each of the model's, (N, 32, 32), 0 to 1."""
    blocks = pictures.reshape(len(pictures), SIDE, ENLARGED, SIDE, ENLARGED * 3)
    means: NDArray[np.float32] = blocks.mean(axis=(2, 4), dtype=np.float32)
    return means / np.float32(255)
