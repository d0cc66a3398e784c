"""Where images come from: a folder of this machine, or objects below an address."""

import hashlib
import io
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson

from al_core.embedding.images import list_images
from al_core.exceptions import InvalidInputError
from al_core.formats.files.images import IMAGE_SUFFIXES, ImageFile, is_safe_key
from al_core.objects.address import is_address
from al_core.objects.objects import ObjectInfo, Objects
from al_core.types import Progress

UNFINISHED_SECONDS = 24 * 3600
"""A listing that was interrupted longer ago begins anew: objects may have changed."""


@dataclass(frozen=True)
class ObjectFile:
    """An object with an image."""

    objects: Objects
    key: str

    def __str__(self) -> str:
        return f"{self.objects.address}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]

    def open(self, mode: Literal["rb"]) -> io.BytesIO:
        """Fetch the object."""
        return io.BytesIO(self.objects.read_whole(self.key))


class ImageSource(ABC):
    """Images by their filenames.

    Attributes:
        address: What tells this source from others, and messages name.
    """

    address: str

    @abstractmethod
    def filenames(self, progress: Progress | None = None) -> list[str]:
        """Return the filenames of all images, in alphabetical order; hidden files are skipped.

        Args:
            progress: Called with (0, images found so far) where looking takes long.

        Raises:
            InvalidInputError: If there is no image.
        """

    @abstractmethod
    def file(self, filename: str) -> ImageFile:
        """Return the file of an image."""

    @abstractmethod
    def filename(self, file: ImageFile) -> str:
        """Return the filename of an image that `file` returned."""

    @abstractmethod
    def stamp(self, filename: str) -> str:
        """Return what changes when the file does."""


class FolderImages(ImageSource):
    """The images of a folder and those below it."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder.resolve())
        self._folder = folder

    def filenames(self, progress: Progress | None = None) -> list[str]:
        """Return the filenames of all images, relative to the folder."""
        return list_images(self._folder)

    def file(self, filename: str) -> ImageFile:
        """Return the path of an image."""
        return self._folder / filename

    def filename(self, file: ImageFile) -> str:
        """Return the part of a path below the folder."""
        return Path(str(file)).relative_to(self._folder).as_posix()

    def stamp(self, filename: str) -> str:
        """Return length and time of modification."""
        status = (self._folder / filename).stat()
        return f"{status.st_size}:{status.st_mtime_ns}"


class ObjectImages(ImageSource):
    """The images below an address; a filename is what a key has behind the address.

    Args:
        address: Such as `s3://bucket/images`.
        listings: Where a listing that is interrupted is kept, to go on from there; None to keep none.
    """

    def __init__(self, address: str, listings: Path | None = None) -> None:
        self._objects = Objects(address)
        self.address = self._objects.address
        self._draft = listings / f"listing-{_short_digest(self.address)}.jsonl" if listings else None
        self._stamps: dict[str, str] | None = None

    def filenames(self, progress: Progress | None = None) -> list[str]:
        """Return the filenames of all images; a thousand keys come with each request."""
        self._stamps = self._listed(progress)
        if not self._stamps:
            raise InvalidInputError(
                f"{self.address} contains no image; images end in {', '.join(sorted(IMAGE_SUFFIXES))}"
            )
        return sorted(self._stamps)

    def file(self, filename: str) -> ImageFile:
        """Return the object of an image."""
        return ObjectFile(self._objects, filename)

    def filename(self, file: ImageFile) -> str:
        """Return the key of an object below the address."""
        return str(file).removeprefix(f"{self.address}/")

    def stamp(self, filename: str) -> str:
        """Return length and time of modification as they were listed; empty for an object that was not there."""
        if self._stamps is None:
            self._stamps = self._listed(None)
        return self._stamps.get(filename, "")

    def _listed(self, progress: Progress | None) -> dict[str, str]:
        stamps, after = self._resumed()
        for page in self._objects.pages(after):
            images = {one.key: _stamp(one) for one in page if _is_image(one)}
            stamps |= images
            last = page[-1].key
            self._remember({"before": after, "after": last, "stamps": images})
            after = last
            if progress:
                progress(0, len(stamps))
        if self._draft:
            self._draft.unlink(missing_ok=True)
        return stamps

    def _resumed(self) -> tuple[dict[str, str], str]:
        """Return what an interrupted listing has found, and the last key it has seen."""
        stamps: dict[str, str] = {}
        after = ""
        for line in self._remembered():
            try:
                page = orjson.loads(line)
            except orjson.JSONDecodeError:
                # Its process was killed while it wrote: the page is asked for again.
                continue
            # Two processes may list at once, and the first that is done removes what both have written: a page counts
            # only behind the one that it followed. Earlier versions did not write which that was.
            if page.get("before") == after:
                stamps |= page["stamps"]
                after = page["after"]
        return stamps, after

    def _remembered(self) -> list[bytes]:
        if self._draft is None:
            return []
        try:
            if self._draft.stat().st_mtime < time.time() - UNFINISHED_SECONDS:
                self._draft.unlink()
                return []
            return self._draft.read_bytes().splitlines()
        except FileNotFoundError:
            return []

    def _remember(self, page: Mapping[str, object]) -> None:
        if self._draft:
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            with self._draft.open("ab") as file:
                # The line before may have been cut short.
                file.write(b"\n" + orjson.dumps(page))


def image_source(place: Path | str, listings: Path | None = None) -> ImageSource:
    """Return the images of a folder, or below an address."""
    text = str(place)
    return ObjectImages(text, listings) if is_address(text) else FolderImages(Path(place))


def _is_image(one: ObjectInfo) -> bool:
    is_hidden = any(part.startswith(".") for part in one.key.split("/"))
    return one.n_bytes > 0 and not is_hidden and is_safe_key(one.key)


def _stamp(one: ObjectInfo) -> str:
    return f"{one.n_bytes}:{one.modified_at}"


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
