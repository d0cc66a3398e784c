from pathlib import Path

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import resolve_image

Size = tuple[float, float]
"""Width and height in pixels."""


_MAX_PARTS = 16
"""Deeper folders are not tried: each takes a look at the disk."""


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
    try:
        path = resolve_image(images_dir, filename)
        return image_size(path) if path else None
    except InvalidInputError:
        return None
