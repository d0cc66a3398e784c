from pathlib import Path

from al_core.exceptions import InvalidInputError
from al_core.formats.files.filename_rules import names_image_file
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import IMAGE_SUFFIXES, resolve_image

Size = tuple[float, float]
"""Width and height in pixels."""


_MAX_PARTS = 16
"""Deeper folders are not tried: each takes a look at the disk."""

_SUFFIXES = tuple(sorted(IMAGE_SUFFIXES) + sorted(suffix.upper() for suffix in IMAGE_SUFFIXES))


class ImageSizes:
    """Sizes of images, from their headers.

    Args:
        images_dir: Their folder; None if nobody has said where it is.
    """

    def __init__(self, images_dir: Path | None) -> None:
        self._images_dir = images_dir

    def of(self, filename: str) -> Size | None:
        """Return the size of an image in pixels, or None if it is not there or no image."""
        if self._images_dir is None:
            return None
        parts = filename.replace("\\", "/").split("/")[-_MAX_PARTS:]
        # Files of labels begin names with folders of other machines.
        for first in range(len(parts)):
            size = _size(self._images_dir, "/".join(parts[first:]))
            if size:
                return size
        return None


def _size(images_dir: Path, filename: str) -> Size | None:
    # Tables of Kaggle's name images without their suffix.
    suffixes = ("",) if names_image_file(filename) else _SUFFIXES
    try:
        paths = (resolve_image(images_dir, filename + suffix) for suffix in suffixes)
        path = next(filter(None, paths), None)
        return image_size(path) if path else None
    except InvalidInputError:
        return None
