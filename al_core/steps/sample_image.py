"""The image of a sample, and the thumbnail made of it."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from al_core.disk import write_atomically
from al_core.exceptions import FileFormatError
from al_core.store.records import SampleImage

if TYPE_CHECKING:
    from al_core.store import Dataset
    from al_core.store.dataset import ImageSize

# Pixels of the longer side.
THUMBNAIL_SIZE = 192

# Thumbnails lie in folders of this many, because some file systems slow down in larger ones.
THUMBNAILS_PER_FOLDER = 1000


def read_image(dataset: "Dataset", row: int, size: "ImageSize") -> SampleImage | None:
    """Return the image of a sample, or its thumbnail: the one a client sent, otherwise one made of the image and kept.

    None if there is no image or, for a thumbnail, if it is broken or far too large.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    image = dataset.image(row, size)
    if image or size == "full" or dataset.thumbnails_dir is None:
        return image
    full = dataset.image(row, "full")
    if full is None or full.path is None:
        return None
    return _thumbnail_of(full.path, row, dataset.thumbnails_dir)


def make_thumbnail(path: Path) -> bytes | None:
    """Return a small WebP of an image, or None if it is broken or far too large."""
    from al_core.embedding.images import read_upright

    try:
        thumbnail = read_upright(path, THUMBNAIL_SIZE)
    except FileFormatError:
        return None
    # What was read is at least this large on its shorter side.
    thumbnail.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    buffer = io.BytesIO()
    thumbnail.save(buffer, "WEBP", quality=85)
    return buffer.getvalue()


def _thumbnail_of(path: Path, row: int, folder: Path) -> SampleImage | None:
    # An image that was replaced has another time, and so another thumbnail.
    path_and_time = f"{path}{path.stat().st_mtime_ns}"
    version = hashlib.blake2b(path_and_time.encode(), digest_size=8).hexdigest()
    subfolder = str(row // THUMBNAILS_PER_FOLDER)
    cached = folder / "made" / subfolder / f"{row}-{version}.webp"
    if not cached.is_file():
        content = make_thumbnail(path)
        if content is None:
            return None
        write_atomically(cached, lambda file: file.write(content))
    return SampleImage("image/webp", cached)
