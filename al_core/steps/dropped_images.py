"""Images that a browser sends one by one into the workspace, to become a dataset's images folder.

Each is complete or absent, so whatever is killed, the next try goes on with those that are missing.
"""

import filecmp
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING

from al_core import disk
from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError
from al_core.formats.files.filename_rules import check_filename_column
from al_core.formats.files.images import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from al_core.store import LocalDataset, Workspace

# A part as Linux and macOS have it. They allow 4,096 bytes for a whole path, of which the workspace needs its share.
LONGEST_PART = 255
LONGEST_PATH = 1024
MOST_PARTS = 64
SHOWN_CHARACTERS = 80

DROPPED_AS = "droppedAs"
"""The attribute of a dataset that holds the name of the folder or zip that was dropped for it."""

LONGEST_STEM = 90
"""Of a dataset's name, which may have 100 characters: a number may follow."""


@dataclass(frozen=True)
class DroppedFile:
    """An image on somebody's machine, by what the browser says of it.

    Attributes:
        name: Its path below the folder that was dropped, with forward slashes.
        n_bytes: Its size.
        modified: When it was changed last, in milliseconds since 1970.
    """

    name: str
    n_bytes: int
    modified: int


def check_filename(filename: str) -> None:
    """Raise unless a filename is a plain relative path, so that it can name a file below the images folder."""
    check_filename_column([filename], "the request")
    path = PurePosixPath(filename)
    # "." has no parts.
    is_plain = path.parts and not path.is_absolute() and ".." not in path.parts and "\\" not in filename
    if not is_plain or str(path) != filename:
        raise InvalidInputError(f"{filename!r} is not a plain relative path; use one such as 'folder/image.png'")
    if len(filename.encode()) > LONGEST_PATH or len(path.parts) > MOST_PARTS:
        raise InvalidInputError(
            f"{shortened(filename)} is too long for a path; use at most {LONGEST_PATH:,} bytes and {MOST_PARTS} folders"
        )
    # File systems count bytes, not characters.
    n_bytes, longest = max((len(part.encode()), part) for part in path.parts)
    if n_bytes > LONGEST_PART:
        raise InvalidInputError(
            f"{shortened(longest)} has {n_bytes} bytes; the name of a file or folder may have at most {LONGEST_PART}"
        )


def check_image_name(filename: str) -> None:
    """Raise unless a filename is a plain relative path of an image."""
    check_filename(filename)
    if Path(filename).suffix.lower() not in IMAGE_SUFFIXES:
        raise InvalidInputError(f"{filename!r} is not an image by its suffix; use one of {sorted(IMAGE_SUFFIXES)}")


def shortened(name: str) -> str:
    """Return a name in quotes, for a message, without the end of a very long one."""
    return repr(name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…")


def own_images_folder(dataset: "LocalDataset") -> Path:
    """Return the folder of a dataset inside the workspace, which is made its images folder if it has none.

    Raises:
        NotAllowedError: If its images are elsewhere: nothing is ever written there.
    """
    if dataset.images_address or dataset.images_dir not in (None, dataset.uploads_dir):
        raise NotAllowedError(f"dataset '{dataset.name}' has a folder of images already; nothing is written to it")
    if dataset.images_dir is None:
        disk.make_folder(dataset.uploads_dir)
        dataset.set_images_dir(dataset.uploads_dir)
    return dataset.uploads_dir


def is_there(folder: Path, file: DroppedFile) -> bool:
    """Return whether the folder has a file of this name, size and time of change, as rsync compares."""
    try:
        status = (folder / file.name).stat()
    except OSError:
        return False
    modified = status.st_mtime_ns // 1_000_000
    return status.st_size == file.n_bytes and modified == file.modified


def keep_image(folder: Path, file: DroppedFile, body: Path) -> bool:
    """Put a complete image where none is, and return whether it is new; the same content again is fine.

    Raises:
        InvalidInputError: If its name is not allowed, or the body is not as long as was said.
        AlreadyExistsError: If another image has the name.
    """
    check_image_name(file.name)
    received = body.stat().st_size
    if received != file.n_bytes:
        raise InvalidInputError(f"{shortened(file.name)}: {received:,} bytes of {file.n_bytes:,} came; send it again")
    # It keeps the time of its original, by which the next try recognizes it. The time is set before the link, which
    # shares the inode, so that a kill in between leaves no image with the current time, which would be sent again.
    modified_ns = file.modified * 1_000_000
    os.utime(body, ns=(modified_ns, modified_ns))
    is_new = write_once(folder, file.name, body)
    if not is_new:
        os.utime(folder / file.name, ns=(modified_ns, modified_ns))
    return is_new


def write_once(folder: Path, filename: str, body: Path) -> bool:
    """Put a complete file where none is, and return whether it is new; the same content again is fine.

    Raises:
        InvalidInputError: If its folder cannot be made, because a file has that name or a link leads out of `folder`.
        AlreadyExistsError: If the file is there with another content.
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
        # A link is made whole or not at all and never replaces a file, unlike a rename: two senders cannot both win.
        os.link(body, path)
    except FileExistsError as error:
        if path.is_dir():
            message = f"{filename!r} cannot be stored: it is the name of a folder of images; rename one of them"
            raise InvalidInputError(message) from error
        if not filecmp.cmp(body, path, shallow=False):
            raise AlreadyExistsError(
                f"{shortened(filename)} is there with another content; rename one of them"
            ) from error
        return False
    return True


class DroppedSizes:
    """How much has been sent to each dataset, so that a browser cannot fill the disk.

    Counted on the disk once in this process and added up from there: two processes each have their own count.

    Args:
        most_files: For each dataset.
        most_bytes: For each dataset.
    """

    def __init__(self, most_files: int, most_bytes: int) -> None:
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._sizes: dict[Path, tuple[int, int]] = {}

    def of(self, folder: Path) -> tuple[int, int]:
        """Return how many files a folder has, and how many bytes."""
        with self._lock:
            return self._counted(folder)

    def add(self, folder: Path, n_bytes: int) -> None:
        """Count in a file that was stored."""
        with self._lock:
            n_files, total = self._counted(folder)
            self._sizes[folder] = (n_files + 1, total + n_bytes)

    def check(self, folder: Path, files: Sequence[DroppedFile]) -> None:
        """Raise `NotAllowedError` if there is no room for more files."""
        n_files, total = self.of(folder)
        if n_files + len(files) > self._most_files:
            raise NotAllowedError(
                f"a dataset takes {self._most_files:,} dropped images; AL_CORE_MAX_DROP_FILES sets how many"
            )
        if total + sum(file.n_bytes for file in files) > self._most_bytes:
            raise NotAllowedError(
                f"a dataset takes {self._most_bytes / 1e9:,.0f} GB of dropped images; AL_CORE_MAX_DROP_MB sets how much"
            )

    def _counted(self, folder: Path) -> tuple[int, int]:
        if folder not in self._sizes:
            self._sizes[folder] = folder_size(folder)
        return self._sizes[folder]


def folder_size(folder: Path) -> tuple[int, int]:
    """Return how many files a folder has, and how many bytes."""
    sizes = list(_sizes_below(folder))
    return len(sizes), sum(sizes)


def _sizes_below(folder: Path) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield Path(parent, name).stat().st_size


def waits_for_embedding(dataset: "LocalDataset") -> bool:
    """Return whether images of a dataset were sent, in part or all, and none is a sample yet."""
    return DROPPED_AS in dataset.attributes and not dataset.n_samples


def dataset_name(label: str) -> str:
    """Return the name of a dataset that comes closest to that of a folder or zip, which may be in any script.

    Examples:
        >>> dataset_name("Fotos Zürich (2)"), dataset_name("写真"), dataset_name("_x")
        ('Fotos Zurich -2-', 'images', 'images')
    """
    # NFKD separates accents from letters, so that ü becomes u and is not dropped.
    latin = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-zA-Z0-9 ._-]", "-", latin).lstrip(" ._-")[:LONGEST_STEM].strip()
    return name if len(name) > 1 else "images"


def free_dataset_name(workspace: "Workspace", stem: str) -> str:
    """Return a name that no dataset has: the stem, or the stem with the lowest free number behind it."""
    names = {dataset.name for dataset in workspace.datasets()}
    numbered = (f"{stem} {number}" for number in count(2))
    return next(name for name in chain([stem], numbered) if name not in names)


def create_for_drop(workspace: "Workspace", name: str, label: str) -> "LocalDataset":
    """Return a new dataset without samples that images are sent to."""
    dataset = workspace.create_dataset(name, attributes={DROPPED_AS: label})
    own_images_folder(dataset)
    return dataset
