"""Image files as the squares of pixels that models take, with size, sharpness and the like as metadata."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from al_core.embedding.decoding import read_reduced
from al_core.embedding.measures import measure
from al_core.exceptions import FileFormatError, InvalidInputError, WorkspaceError
from al_core.formats.files.image_header import SWAPS_SIDES
from al_core.formats.files.images import IMAGE_SUFFIXES, ImageFile

MEASURED_SIZE = 224
"""Sharpness and the like are measured on images reduced to this shorter side, so that resolutions compare."""

DIGEST_BYTES = 16
"""128 bits of a SHA-256: enough to tell equal files from others, at half the space."""

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by its EXIF orientation; 1 is upright."""


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

    Hidden files and folders are skipped.

    Raises:
        InvalidInputError: If it is not a folder or contains no image.
    """
    if not folder.is_dir():
        raise InvalidInputError(
            f"{folder} is not a folder on this machine; enter the path of the folder that contains the images"
        )
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
    ]
    visible = sorted(name for name in names if not any(part.startswith(".") for part in name.split("/")))
    if not visible:
        raise InvalidInputError(f"{folder} contains no image; images end in {', '.join(sorted(IMAGE_SUFFIXES))}")
    return visible


def decode(path: ImageFile, size: int, *, crop: float = 1.0, resampling: str = "bicubic") -> DecodedImage:
    """Return an image as a model of input `size` sees it, with its metadata.

    Transparent parts become white, 16 bits per channel are reduced to 8, and an animation is its first frame. The
    middle square is cut, `crop` of the shorter side wide, and turned upright by the EXIF orientation.

    Args:
        path: The image file.
        size: Side of the square, in pixels.
        crop: Side of the middle square as a share of the image's shorter side.
        resampling: How it is reduced: one of Pillow's filters in lower case.

    Raises:
        FileFormatError: If the file is not an image, is damaged, or is larger than `decoding` allows.
        WorkspaceError: If the storage it is in cannot be read.
    """
    with _explained(path), path.open("rb") as file:
        digest = _digest(file)
        # The digest has read to the end of the file.
        file_size = file.tell()
        file.seek(0)
        image = read_reduced(file, max(math.ceil(size / crop), MEASURED_SIZE))
        square = _middle_square(image.picture, size, crop, resampling)
    width, height = (image.height, image.width) if image.orientation in SWAPS_SIDES else (image.width, image.height)
    sizes = {"width": float(width), "height": float(height), "file_size": float(file_size)}
    pixels = np.asarray(_upright(square, image.orientation))
    # The usual model's own input is what is measured: reducing the image once more would take longer than measuring.
    is_measured = (size, crop, resampling) == (MEASURED_SIZE, 1.0, "bicubic") and min(width, height) > MEASURED_SIZE
    measured = square.convert("L") if is_measured else _to_measure(image.picture)
    return DecodedImage(pixels, sizes | measure(np.asarray(measured)), digest)


def read_upright(path: ImageFile, shortest: int) -> Image.Image:
    """Return an image in RGB, upright, its shorter side `shortest` or longer where the file has that many pixels.

    Raises:
        FileFormatError: As `decode` does.
    """
    with _explained(path), path.open("rb") as file:
        image = read_reduced(file, shortest)
    return _upright(image.picture, image.orientation)


@contextmanager
def _explained(path: ImageFile) -> Iterator[None]:
    try:
        yield
    except WorkspaceError:
        # Not one broken image, but the end of all.
        raise
    # Decoders raise anything, and one damaged file must not end a run.
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise FileFormatError(f"{path} cannot be read: {reason}") from error


def _middle_square(picture: Image.Image, size: int, crop: float = 1.0, resampling: str = "bicubic") -> Image.Image:
    side = max(round(crop * min(picture.size)), 1)
    left = (picture.width - side) // 2
    top = (picture.height - side) // 2
    # Not `resize(box=...)`, whose filter would reach for pixels beyond the square.
    square = picture.crop((left, top, left + side, top + side))
    return square.resize((size, size), Image.Resampling[resampling.upper()])


def _to_measure(picture: Image.Image) -> Image.Image:
    is_small = min(picture.size) <= MEASURED_SIZE
    return (picture if is_small else _middle_square(picture, MEASURED_SIZE)).convert("L")


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else picture


def file_digests(folder: Path, filenames: Sequence[str]) -> NDArray[np.uint8]:
    """Return (N, 16) the digests that images are stored with, of files that are not decoded."""
    digests = np.empty((len(filenames), DIGEST_BYTES), np.uint8)
    for row, name in enumerate(filenames):
        path = folder / name
        with _explained(path), path.open("rb") as file:
            digests[row] = np.frombuffer(_digest(file), np.uint8)
    return digests


def _digest(file: BufferedReader | BytesIO) -> bytes:
    return hashlib.file_digest(file, "sha256").digest()[:DIGEST_BYTES]
