from pathlib import Path

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size
from al_core.formats.files.images import resolve_image

Size = tuple[float, float]
"""Width and height in pixels."""


class ImageSizes:
    """Sizes of images, from their headers.

    Args:
        images_dir: Their folder; None if nobody has said where it is.
    """

    def __init__(self, images_dir: Path | None) -> None:
        self._images_dir = images_dir

    def of(self, filename: str) -> Size | None:
        """Return the size of an image in pixels, or None if it is not there or no image."""
        try:
            path = resolve_image(self._images_dir, filename) if self._images_dir else None
            return image_size(path) if path else None
        except InvalidInputError:
            return None
