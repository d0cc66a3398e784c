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

# A part as Linux and macOS have it. They allow 4,096 bytes for a whole path, of which the workspace needs its share.
LONGEST_PART = 255
LONGEST_PATH = 1024
MOST_PARTS = 64
SHOWN = 80


def check_filename(filename: str) -> None:
    """Raise unless a filename is a plain relative path, so that it can name a file below the images folder."""
    check_filename_column([filename], "the request")
    path = PurePosixPath(filename)
    if path.is_absolute() or ".." in path.parts or "\\" in filename or str(path) != filename:
        raise InvalidInputError(f"{filename!r} is not a plain relative path; use one such as 'folder/image.png'")
    if len(filename.encode()) > LONGEST_PATH or len(path.parts) > MOST_PARTS:
        raise InvalidInputError(
            f"{shortened(filename)} is too long for a path; use at most {LONGEST_PATH:,} bytes and {MOST_PARTS} folders"
        )
    longest = max((len(part.encode()), part) for part in path.parts)[1]
    if len(longest.encode()) > LONGEST_PART:
        raise InvalidInputError(
            f"{shortened(longest)} has {len(longest.encode())} bytes; the name of a file or folder may have at most "
            f"{LONGEST_PART}"
        )


def shortened(name: str) -> str:
    """Return a name in quotes, for a message, without the end of a very long one."""
    return repr(name if len(name) <= SHOWN else f"{name[:SHOWN]}…")


def store_image(dataset: LocalDataset, filename: str, body: Path) -> None:
    """Keep an image that a client sent. Each is written once: the same bytes again are fine, others are refused."""
    check_filename(filename)
    if Path(filename).suffix.lower() not in IMAGE_SUFFIXES:
        raise InvalidInputError(f"{filename!r} is not an image by its suffix; use one of {sorted(IMAGE_SUFFIXES)}")
    if dataset.images_dir not in (None, dataset.uploads_dir):
        raise NotAllowedError(f"dataset '{dataset.name}' has a folder of images already; nothing is written to it")
    write_once(dataset.uploads_dir, filename, body)
    if dataset.images_dir is None:
        dataset.set_images_dir(dataset.uploads_dir)


def store_thumbnail(dataset: LocalDataset, row: int, body: Path) -> None:
    """Keep a thumbnail that a client sent."""
    write_once(dataset.thumbnails_dir, f"{row}.webp", body)


def write_once(folder: Path, filename: str, body: Path) -> None:
    """Put a complete file where none is.

    Raises:
        InvalidInputError: If its folder cannot be made, because a file has that name or a link leads out of `folder`.
        ApiError: If the file is there with another content.
    """
    path = folder / filename
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise InvalidInputError(f"{filename!r} leads out of the folder of the dataset's images; remove the link")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"{filename!r} cannot be stored: one of its folders has the name of an image; rename one of them"
        raise InvalidInputError(message) from error
    try:
        os.link(body, path)
    except FileExistsError as error:
        if path.is_dir():
            message = f"{filename!r} cannot be stored: it is the name of a folder of images; rename one of them"
            raise InvalidInputError(message) from error
        if not filecmp.cmp(body, path, shallow=False):
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
