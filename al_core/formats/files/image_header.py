"""What an image file says about itself before its pixels, which may be far too many to read."""

from pathlib import Path
from typing import IO, TYPE_CHECKING

from al_core.exceptions import InvalidInputError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
"""The formats that are read, by Pillow's names. Others, such as EPS, run programs or parsers that nobody asked for."""

SWAPS_SIDES = (5, 6, 7, 8)
"""The EXIF orientations of images that lie on their side."""


def open_image(file: IO[bytes]) -> "Image.Image":
    """Return an image whose pixels are not read yet, as `Image.open` does, but without its limit on pixels.

    Pillow's limit of 89 megapixels is below what cameras take, and it is one setting for the whole process, which
    belongs to whoever runs it. Whoever reads the pixels checks their number first.

    Raises:
        UnidentifiedImageError: If it is in none of the `FORMATS`.
        Exception: Whatever Pillow's decoders raise for a damaged file.
    """
    from PIL import Image, UnidentifiedImageError

    Image.init()
    prefix = file.read(16)
    for name in FORMATS:
        factory, accepts = Image.OPEN[name]
        # Pillow's own formats have a test of the first bytes; it returns a sentence for one that this build lacks.
        if accepts is None or accepts(prefix) is True:
            file.seek(0)
            return factory(file, "")
    raise UnidentifiedImageError("its content is not an image of a known format")


def read_orientation(image: "Image.Image") -> int:
    """Return the EXIF orientation that is still to be applied, 1 to 8; 1 is upright.

    EXIF that a PNG has behind its pixels is not looked for: Pillow would decode the whole image to find it.
    """
    from PIL import ExifTags, Image

    if image.format == "TIFF":
        # Pillow has swapped the sides of these when it opens them, and turns their pixels when it reads them.
        return 1
    return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))


def image_size(source: Path | IO[bytes]) -> tuple[int, int]:
    """Return width and height of an image in pixels, turned as its EXIF orientation says; its pixels are not read.

    Raises:
        InvalidInputError: If it is not an image.
    """
    width, height, _ = read_frame(source)
    return width, height


def read_frame(source: Path | IO[bytes]) -> tuple[int, int, int]:
    """Return what `image_size` does, and the EXIF orientation that leads there, 1 to 8.

    Raises:
        InvalidInputError: If it is not an image.
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                return _upright_frame(file)
        return _upright_frame(source)
    # Decoders raise anything.
    except Exception as error:
        name = source.name if isinstance(source, Path) else "what came"
        raise InvalidInputError(f"{name} cannot be read as an image; replace it or leave it out") from error


def _upright_frame(file: IO[bytes]) -> tuple[int, int, int]:
    image = open_image(file)
    orientation = read_orientation(image)
    sides = (image.height, image.width) if orientation in SWAPS_SIDES else (image.width, image.height)
    return *sides, orientation
