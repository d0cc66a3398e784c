"""The image of a sample, and the thumbnail made of it."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from al_core.disk import write_atomically
from al_core.exceptions import FileFormatError
from al_core.formats.files.images import ImageFile
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
    if dataset.images_address is not None:
        return _thumbnail_of_object(dataset, row, dataset.thumbnails_dir)
    full = dataset.image(row, "full")
    if full is None or full.path is None:
        return None
    # An image that was replaced has another time, and so another thumbnail.
    version = f"{full.path}{full.path.stat().st_mtime_ns}"
    return _cached_thumbnail(row, version, dataset.thumbnails_dir, lambda: full.path)


def make_thumbnail(path: ImageFile) -> bytes | None:
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


def _thumbnail_of_object(dataset: "Dataset", row: int, folder: Path) -> SampleImage | None:
    # Without a request for its time: an object that was replaced keeps its thumbnail until the address changes.
    filename = dataset.filename(row)
    version = f"{dataset.images_address}/{filename}"

    def fetch() -> _ImageInMemory | None:
        return _ImageInMemory.of(dataset.image(row, "full"), version)

    return _cached_thumbnail(row, version, folder, fetch)


@dataclass(frozen=True)
class _ImageInMemory:
    """An image that came from an object storage."""

    name: str
    content: bytes

    @classmethod
    def of(cls, image: SampleImage | None, name: str) -> "_ImageInMemory | None":
        return cls(name, image.content) if image else None

    def __str__(self) -> str:
        return self.name

    def open(self, mode: Literal["rb"]) -> io.BytesIO:
        return io.BytesIO(self.content)


def _cached_thumbnail(row: int, version: str, folder: Path, find: Callable[[], ImageFile | None]) -> SampleImage | None:
    # Filenames may hold bytes that are not UTF-8, which Python keeps as surrogates.
    digest = hashlib.blake2b(version.encode(errors="surrogateescape"), digest_size=8).hexdigest()
    subfolder = str(row // THUMBNAILS_PER_FOLDER)
    cached = folder / "made" / subfolder / f"{row}-{digest}.webp"
    if not cached.is_file():
        image = find()
        content = make_thumbnail(image) if image else None
        if content is None:
            return None
        write_atomically(cached, lambda file: file.write(content))
    return SampleImage("image/webp", cached)
