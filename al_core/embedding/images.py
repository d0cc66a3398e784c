"""Any image file as the square of pixels that a model takes, and what is measured on the way."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from al_core.embedding.measures import luma, measure
from al_core.embedding.resampling import resample
from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.images import IMAGE_SUFFIXES

MAX_PIXELS = 200_000_000
"""Larger images are refused: a small file can claim to be an image that fills the memory."""

MEASURED_SIZE = 224
"""Sharpness and the like are measured on images reduced to this shorter side, so that resolutions compare."""

DIGEST_BYTES = 16

# Pillow's own limit of 89 megapixels lies below what cameras take.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

REDUCIBLE_MODES = ("L", "RGB", "CMYK")
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by its EXIF orientation; those from 5 on swap width and height."""


@dataclass(frozen=True)
class DecodedImage:
    """An image file, decoded.

    Attributes:
        pixels: (size, size, 3) uint8, the upright image's middle square.
        metadata: Width, height, file size and the measures by name.
        digest: `DIGEST_BYTES` bytes; equal for files of equal content.
    """

    pixels: NDArray[np.uint8]
    metadata: dict[str, float]
    digest: bytes


def list_images(folder: Path) -> list[str]:
    """Return the filenames of all images in a folder and below it, relative to it, in alphabetical order.

    Hidden files and folders are passed over.

    Raises:
        InvalidInputError: If it is not a folder or holds no image.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"{folder} is not a folder on this machine; give the folder that holds the images")
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
    ]
    visible = sorted(name for name in names if not any(part.startswith(".") for part in name.split("/")))
    if not visible:
        raise InvalidInputError(f"{folder} holds no image; images end in {', '.join(sorted(IMAGE_SUFFIXES))}")
    return visible


def decode(path: Path, size: int, *, crop: float = 1.0, resampling: str = "bicubic") -> DecodedImage:
    """Return an image as a model of input `size` sees it, with its metadata.

    Transparent parts are white; an animation is its first frame; 16 bits a channel are reduced to 8. The middle square
    is kept, `crop` of the shorter side wide, turned upright as the file says.

    Raises:
        FileFormatError: If the file is no image, incomplete, or has more than `MAX_PIXELS`.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()[:DIGEST_BYTES]
            file_size = file.tell()
            file.seek(0)
            picture, orientation, shape = _open_reduced(file, max(math.ceil(size / crop), MEASURED_SIZE))
        square = resample(_middle_square(picture, crop), size, resampling)
    # Decoders raise anything, and one broken file must not end a run.
    except Exception as error:
        raise FileFormatError(f"{path} cannot be read: {_reason(error)}") from error
    is_measured = (size, crop, resampling) == (MEASURED_SIZE, 1.0, "bicubic") and min(shape) > MEASURED_SIZE
    measures = measure(luma(square) if is_measured else _measured(picture))
    width, height = shape[::-1] if orientation >= 5 else shape
    metadata = {"width": width, "height": height, "file_size": file_size} | measures
    pixels = _upright(square, orientation)
    return DecodedImage(pixels, {name: float(value) for name, value in metadata.items()}, digest)


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its content is no image of a known format"
    return str(error) or type(error).__name__


def read_upright(path: Path, shortest: int) -> Image.Image:
    """Return an image in RGB, upright, its shorter side `shortest` or longer where the file has that much.

    Raises:
        FileFormatError: As `decode` does.
    """
    try:
        with path.open("rb") as file:
            picture, orientation, _ = _open_reduced(file, shortest)
    # Decoders raise anything.
    except Exception as error:
        raise FileFormatError(f"{path} cannot be read: {_reason(error)}") from error
    return picture.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else picture


def _open_reduced(file: IO[bytes], shortest: int) -> tuple[Image.Image, int, tuple[int, int]]:
    """Return an RGB image, its shorter side `shortest` or longer where the file has that much, and its EXIF."""
    with Image.open(file) as image:
        shape = image.size
        if shape[0] * shape[1] > MAX_PIXELS:
            raise FileFormatError(f"{shape[0]:,} × {shape[1]:,} pixels are more than {MAX_PIXELS:,}; reduce it first")
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        image.draft(None, (shortest, shortest))
        reduced = _reduced(image, shortest) if image.mode in REDUCIBLE_MODES else image
        picture = _reduced(_to_rgb(reduced), shortest)
    return picture, orientation, shape


def _reduced(image: Image.Image, shortest: int) -> Image.Image:
    factor = min(image.size) // (2 * shortest)
    return image.reduce(factor) if factor > 1 else image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and not image.has_transparency_data:
        image.load()
        return image.copy() if image.readonly else image
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretch(np.asarray(image))).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    background = Image.new("RGBA", image.size, "white")
    background.alpha_composite(image.convert("RGBA"))
    return background.convert("RGB")


def _stretch(values: NDArray[Any]) -> NDArray[np.uint8]:
    # 32-bit pixels have no agreed range: the darkest becomes black, the brightest white.
    finite = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    spread = np.ptp(finite)
    levels: NDArray[np.uint8] = np.rint((finite - finite.min()) * (255 / spread if spread else 0.0)).astype(np.uint8)
    return levels


def _middle_square(picture: Image.Image, crop: float = 1.0) -> NDArray[np.uint8]:
    """Return (side, side, 4) pixels, the last channel padding, which is how Pillow keeps RGB."""
    side = max(round(crop * min(picture.size)), 1)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    return np.frombuffer(square.tobytes("raw", "RGBX"), np.uint8).reshape(side, side, 4)


def _measured(picture: Image.Image) -> NDArray[np.uint8]:
    if min(picture.size) <= MEASURED_SIZE:
        return np.asarray(picture.convert("L"))
    return luma(resample(_middle_square(picture), MEASURED_SIZE))


def _upright(square: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    if orientation not in UPRIGHT:
        return square
    return np.asarray(Image.fromarray(square).transpose(UPRIGHT[orientation]))
