"""Decodes image files to RGB at no more than the resolution needed, within limits on size and memory."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import IO

import numpy as np
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats.files.image_header import open_image, read_orientation

MAX_PIXELS = 200_000_000
"""The largest image by its header; phones take photos of 200 megapixels."""

MAX_BYTES = 640_000_000
"""The most memory that decoding may take: 160 megapixels of four bytes. The largest sensor sold has 151; the 200
megapixels of phones are JPEG, which is decoded at a fraction of its size."""

LARGE_BYTES = 100_000_000
"""Images that take more than this to decode wait for a place in `large_decoding`."""

large_decoding = threading.Semaphore(2)
"""Two large images at a time, whatever the number of threads: at most 2 · `MAX_BYTES` at once."""

BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}
"""Memory of a pixel in Pillow, by mode; modes not listed take four bytes, RGB included."""

STRIP_PIXELS = 2**22
"""Images are converted in strips of this many pixels, so that no second image of full size is in memory."""

REDUCIBLE_MODES = ("L", "RGB", "CMYK")
"""Modes whose pixels can be averaged; in a palette, the mean of two indices is an unrelated color."""


@dataclass(frozen=True)
class ReducedImage:
    """An image as its file has it, not turned upright yet.

    Attributes:
        picture: The pixels in RGB, transparent parts white.
        orientation: The EXIF orientation, 1 to 8; 1 is upright.
        width: Columns in the file, before reducing.
        height: Rows in the file.
    """

    picture: Image.Image
    orientation: int
    width: int
    height: int


def read_reduced(file: IO[bytes], shortest: int) -> ReducedImage:
    """Return an image whose shorter side is `shortest` pixels or longer, where the file has that many.

    Raises:
        FileFormatError: If it has more than `MAX_PIXELS`, or takes more than `MAX_BYTES` to decode.
        UnidentifiedImageError: If it is in no format that is read.
        Exception: Whatever Pillow's decoders raise for a damaged file.
    """
    with open_image(file) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise FileFormatError(f"{width:,} × {height:,} pixels are more than {MAX_PIXELS:,}; reduce it first")
        # Only JPEG has this: it decodes to a half, quarter or eighth of its size in a fraction of the time.
        image.draft(None, (shortest, shortest))
        with _place_to_decode(_bytes_to_decode(image, width * height)):
            image.load()
            return ReducedImage(_to_reduced_rgb(image, shortest), read_orientation(image), width, height)


def _bytes_to_decode(image: Image.Image, n_pixels: int) -> int:
    n_bytes = math.prod(image.size) * BYTES_PER_PIXEL.get(image.mode, 4)
    if image.info.get("progressive"):
        # Each scan refines coefficients of 16 bits, which libjpeg keeps for the whole image, whatever the draft.
        n_bytes += 2 * len(image.getbands()) * n_pixels
    return n_bytes


def _place_to_decode(n_bytes: int) -> AbstractContextManager[object]:
    if n_bytes > MAX_BYTES:
        raise FileFormatError(
            f"decoding it takes {n_bytes / 1e6:,.0f} MB of memory, more than {MAX_BYTES / 1e6:,.0f}; reduce it first"
        )
    return large_decoding if n_bytes > LARGE_BYTES else nullcontext()


def _to_reduced_rgb(image: Image.Image, shortest: int) -> Image.Image:
    # A mean of whole blocks of pixels is fast and free of aliasing. At least twice the pixels asked for remain, for
    # the better filter that reduces them to their final size.
    factor = max(min(image.size) // (2 * shortest), 1)
    if image.mode in REDUCIBLE_MODES and not image.has_transparency_data:
        reduced = image.reduce(factor) if factor > 1 else image
        return reduced.convert("RGB")
    convert = _converter(image)
    reduced = Image.new("RGB", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top, strip in _strips(image, factor):
        reduced.paste(convert(strip).reduce(factor), (0, top // factor))
    return reduced


def _strips(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield the first row and the pixels of each strip; no block of `factor` rows lies in two of them."""
    n_rows = factor * max(STRIP_PIXELS // (image.width * factor), 1)
    for top in range(0, image.height, n_rows):
        yield top, image.crop((0, top, image.width, min(top + n_rows, image.height)))


def _converter(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Return what turns a strip of the image into RGB."""
    # 16 bits have a fixed range: their upper byte is what 8 bits would have been.
    if image.mode.startswith("I;16"):
        return _upper_byte_to_rgb
    if image.mode in ("I", "F"):
        darkest, brightest = _finite_range(image)
        return partial(_range_to_rgb, darkest=darkest, brightest=brightest)
    if image.has_transparency_data:
        return _on_white
    return partial(Image.Image.convert, mode="RGB")


def _upper_byte_to_rgb(strip: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(strip) >> 8).astype(np.uint8)).convert("RGB")


def _finite_range(image: Image.Image) -> tuple[float, float]:
    """Return the smallest and the largest finite value; 0 and 0 if there is none."""
    extremes: list[float] = []
    for _, strip in _strips(image):
        values = np.asarray(strip)
        finite = values[np.isfinite(values)]
        if finite.size:
            extremes += [float(finite.min()), float(finite.max())]
    return min(extremes, default=0.0), max(extremes, default=0.0)


def _range_to_rgb(strip: Image.Image, darkest: float, brightest: float) -> Image.Image:
    # 32-bit pixels have no agreed range: the darkest of the image becomes black, the brightest white.
    scale = 255 / (brightest - darkest) if brightest > darkest else 0.0
    values = np.nan_to_num(np.asarray(strip, np.float64), nan=darkest, posinf=brightest, neginf=darkest)
    levels = np.rint((values - darkest) * scale).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")


def _on_white(strip: Image.Image) -> Image.Image:
    background = Image.new("RGBA", strip.size, "white")
    background.alpha_composite(strip.convert("RGBA"))
    return background.convert("RGB")
