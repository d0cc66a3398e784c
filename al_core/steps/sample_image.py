"""The image of a sample: its file, and its thumbnail."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats.files.images import resolve_image
from al_core.store.files import write_atomically

if TYPE_CHECKING:
    from al_core.store import Dataset, LocalDataset

THUMBNAIL_SIZE = 192


def image_path(dataset: "Dataset", row: int) -> Path | None:
    """Return the image file of a sample, or None if there is none inside the dataset's images folder."""
    check_row(dataset, row)
    if dataset.images_dir is None:
        return None
    try:
        return resolve_image(dataset.images_dir, dataset.filenames(np.array([row]))[0])
    except InvalidInputError:
        return None


def read_thumbnail(dataset: "LocalDataset", row: int) -> bytes | None:
    """Return a sample's thumbnail, WebP: the one a client sent, otherwise one made of its image and kept.

    None if there is no image, or it is broken or far too large.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    sent = dataset.thumbnails_dir / f"{row}.webp"
    if sent.is_file():
        return sent.read_bytes()
    path = image_path(dataset, row)
    if path is None:
        return None
    version = hashlib.blake2b(f"{path}{path.stat().st_mtime_ns}".encode(), digest_size=8).hexdigest()
    kept = dataset.thumbnails_dir / "made" / str(row // 1000) / f"{row}-{version}.webp"
    if kept.is_file():
        return kept.read_bytes()
    small = make_thumbnail(path)
    if small:
        write_atomically(kept, lambda file: file.write(small))
    return small


def make_thumbnail(path: Path) -> bytes | None:
    """Return a small WebP of an image, or None if it is broken or far too large."""
    from al_core.embedding.images import read_upright

    try:
        small = read_upright(path, THUMBNAIL_SIZE)
    except FileFormatError:
        return None
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=85)
    return buffer.getvalue()


def check_row(dataset: "Dataset", row: int) -> None:
    """Raise a NotFoundError if the dataset has no such row."""
    if row >= dataset.n_samples:
        raise NotFoundError(f"dataset '{dataset.name}' has rows 0 to {dataset.n_samples - 1}, not {row}")
