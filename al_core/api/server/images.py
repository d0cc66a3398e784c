import filecmp
import mimetypes
import os
from pathlib import Path, PurePosixPath

from starlette.responses import Response

from al_core.api.server.errors import ApiError
from al_core.api.server.image_response import image_response
from al_core.exceptions import InvalidInputError, NotAllowedError, NotFoundError
from al_core.formats.files.filename_rules import check_filename_column
from al_core.formats.files.images import IMAGE_SUFFIXES, resolve_image
from al_core.steps import sample_image
from al_core.store import LocalDataset
from al_core.store.records import SampleImage


def check_filename(filename: str) -> None:
    """Raise unless a filename is a plain relative path, so that it can name a file below the images folder."""
    check_filename_column([filename], "the request")
    path = PurePosixPath(filename)
    if path.is_absolute() or ".." in path.parts or "\\" in filename or str(path) != filename:
        raise InvalidInputError(f"{filename!r} is not a plain relative path; use one such as 'folder/image.png'")


def store_image(dataset: LocalDataset, filename: str, body: Path) -> None:
    """Keep an image that a client sent. Each is written once: the same bytes again are fine, others are refused."""
    check_filename(filename)
    if Path(filename).suffix.lower() not in IMAGE_SUFFIXES:
        raise InvalidInputError(f"{filename!r} is not an image by its suffix; use one of {sorted(IMAGE_SUFFIXES)}")
    if dataset.images_dir not in (None, dataset.uploads_dir):
        raise NotAllowedError(f"dataset '{dataset.name}' has a folder of images already; nothing is written to it")
    write_once(dataset.uploads_dir / filename, body)
    if dataset.images_dir is None:
        dataset.set_images_dir(dataset.uploads_dir)


def store_thumbnail(dataset: LocalDataset, row: int, body: Path) -> None:
    """Keep a thumbnail that a client sent."""
    write_once(dataset.thumbnails_dir / f"{row}.webp", body)


def write_once(path: Path, body: Path) -> None:
    """Put a complete file where none is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(body, path)
    except FileExistsError as error:
        if not filecmp.cmp(body, path, shallow=False):
            raise ApiError(403, "FORBIDDEN", "this URL has been used; a file is written once") from error


def read_image(dataset: LocalDataset, filename: str) -> Response:
    """Return the image of a sample as it is."""
    path = resolve_image(dataset.images_dir, filename) if dataset.images_dir else None
    if path is None:
        raise NotFoundError(f"there is no image of '{filename}' on the server")
    return image_response(SampleImage(mimetypes.guess_type(path.name)[0], path))


def read_thumbnail(dataset: LocalDataset, row: int, filename: str) -> Response:
    """Return the thumbnail that a client sent, otherwise one made from the image."""
    thumbnail = sample_image.read_image(dataset, row, "thumbnail")
    if thumbnail is None:
        raise NotFoundError(f"there is no image of '{filename}' on the server")
    return image_response(thumbnail)
