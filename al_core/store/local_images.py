import mimetypes
from functools import cached_property
from pathlib import Path

from al_core.exceptions import InvalidInputError
from al_core.formats.files.images import is_safe_key, resolve_image
from al_core.objects.address import is_address
from al_core.objects.objects import Objects
from al_core.store.records import SampleImage
from al_core.text import encodable

UPLOADS = "images"
THUMBNAILS = "thumbnails"


class LocalImages:
    """The images of a dataset in one place, and the thumbnails that clients sent.

    Attributes:
        folder: The folder of this machine that holds the images, or None.
        address: The address such as `s3://bucket/images` below which they are, or None.
        uploads_dir: The folder of the images that clients sent.
        thumbnails_dir: The folder of the thumbnails that clients sent, named after their rows.
    """

    def __init__(self, dataset_folder: Path, place: str | None) -> None:
        """Look in a place that `check_images_place` returned; without one there are only thumbnails."""
        is_bucket = place is not None and is_address(place)
        self.folder = Path(place) if place and not is_bucket else None
        self.address = place if is_bucket else None
        self.uploads_dir = dataset_folder / UPLOADS
        self.thumbnails_dir = dataset_folder / THUMBNAILS

    @property
    def has_any(self) -> bool:
        """Whether there is a place of images, or a client has sent thumbnails."""
        return self.folder is not None or self.address is not None or self.thumbnails_dir.exists()

    def read(self, filename: str) -> SampleImage | None:
        """Return the image of that name, or None if there is none; no file outside the folder is ever shown."""
        if self.address is not None:
            return self._object(filename)
        path = self._path(filename)
        return SampleImage(mimetypes.guess_type(path.name)[0], path) if path else None

    def has(self, filename: str) -> bool:
        """Return whether there is an image of that name; an object is asked for, but not fetched."""
        if self.address is not None:
            return is_safe_key(filename) and self.objects.size(filename) is not None
        return self._path(filename) is not None

    def thumbnail(self, row: int) -> SampleImage | None:
        """Return the thumbnail of a row, or None if no client sent one."""
        path = self.thumbnails_dir / f"{row}.webp"
        return SampleImage("image/webp", path.resolve()) if path.is_file() else None

    @cached_property
    def objects(self) -> Objects:
        """The objects below the address."""
        assert self.address is not None
        return Objects(self.address)

    def _path(self, filename: str) -> Path | None:
        if self.folder is None:
            return None
        try:
            return resolve_image(self.folder, filename)
        except InvalidInputError:
            return None

    def _object(self, key: str) -> SampleImage | None:
        if not is_safe_key(key):
            return None
        try:
            content = self.objects.read_whole(key)
        except FileNotFoundError:
            return None
        return SampleImage(mimetypes.guess_type(key)[0], content=content)


def check_images_place(place: Path | str) -> str:
    """Return the full path of a folder of images, or an address with nothing behind it, as the catalog has it.

    Raises:
        InvalidInputError: If there is no such folder, or the address is malformed.
        WorkspaceError: If the address cannot be listed.
    """
    text = str(place)
    if is_address(text):
        objects = Objects(text)
        next(objects.pages(), None)
        return objects.address
    # A path has one slash where an address has two.
    if ":/" in text and is_address(text.replace(":/", "://", 1)):
        raise InvalidInputError(f"{text!r} was an address before it became a path; give it as text, not as a path")
    return str(check_folder(Path(text).expanduser()))


def check_folder(folder: Path) -> Path:
    """Return the full path of a folder of images.

    Raises:
        InvalidInputError: If there is no such folder, or its path is not UTF-8, as every text of the catalog is.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"{folder} is not a folder on this machine; give the folder that holds the images")
    path = folder.resolve()
    if encodable(str(path)) != str(path):
        raise InvalidInputError(f"the path {encodable(str(path))} is not UTF-8; rename the folder, or move the images")
    return path
