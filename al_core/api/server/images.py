import mimetypes
from pathlib import Path

from starlette.responses import Response

from al_core.api.server.errors import ApiError
from al_core.api.server.image_response import image_response
from al_core.exceptions import AlreadyExistsError, NotFoundError
from al_core.formats.files.images import resolve_image
from al_core.steps import dropped_images, sample_image
from al_core.store import LocalDataset
from al_core.store.records import SampleImage


def store_image(dataset: LocalDataset, filename: str, body: Path) -> None:
    """Keep an image that a client sent. Each is written once: the same bytes again are fine, others are refused."""
    dropped_images.check_image_name(filename)
    _write_once(dropped_images.own_images_folder(dataset), filename, body)


def store_thumbnail(dataset: LocalDataset, row: int, body: Path) -> None:
    """Keep a thumbnail that a client sent."""
    _write_once(dataset.thumbnails_dir, f"{row}.webp", body)


def _write_once(folder: Path, filename: str, body: Path) -> None:
    try:
        dropped_images.write_once(folder, filename, body)
    except AlreadyExistsError as error:
        # 403 and not 409: what is used up is the right to write that the signed URL stands for.
        message = "this URL has been used with another file; each file is written once"
        raise ApiError(403, "FORBIDDEN", message, "NotAllowedError") from error


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
