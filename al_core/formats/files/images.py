import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from al_core.exceptions import InvalidInputError

IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
"""Files that may be shown. SVG is not among them: it can hold scripts."""


class ImageFile(Protocol):
    """A file with an image: a `Path`, or an object. As text it is what messages name."""

    @property
    def name(self) -> str:
        """The last part of its name."""

    def open(self, mode: Literal["rb"]) -> io.BufferedReader | io.BytesIO:
        """Open it to be read."""


def resolve_image(images_dir: Path, filename: str) -> Path | None:
    """Return the file of a sample inside the images folder, or None if it is missing or is not an image by its suffix.

    Args:
        images_dir: The folder of the dataset's images; it may itself be a link.
        filename: The sample's filename, which is not trusted.

    Raises:
        InvalidInputError: If the filename, or a link that it names, leads out of the folder.

    Examples:
        >>> resolve_image(Path("images"), "../secret.png")
        Traceback (most recent call last):
        ...
        al_core.exceptions.InvalidInputError: '../secret.png' leads out of the images folder; keep every image inside it
    """
    try:
        folder = images_dir.resolve()
        image = (folder / filename).resolve()
        is_file = image.is_file()
    except (OSError, ValueError, RuntimeError):
        # A NUL, a name too long for the system, or a circle of links: such a file cannot exist.
        return None
    if not image.is_relative_to(folder):
        raise InvalidInputError(f"{filename!r} leads out of the images folder; keep every image inside it")
    # A link must not turn a file of another kind into an image.
    suffixes = {Path(filename).suffix.lower(), image.suffix.lower()}
    return image if is_file and suffixes <= IMAGE_SUFFIXES else None


def is_safe_key(key: str) -> bool:
    """Return whether the name of an object below an address is that of an image, and leads nowhere else.

    Examples:
        >>> is_safe_key("day 1/a.png"), is_safe_key("../a.png"), is_safe_key("notes.txt")
        (True, False, False)
    """
    is_image = any(key.lower().endswith(suffix) for suffix in IMAGE_SUFFIXES)
    return is_image and not {"", ".", ".."}.intersection(key.split("/")) and "\0" not in key


def open_resolved(path: Path) -> BinaryIO:
    """Open the file at a path that has no links in it, such as `resolve_image` returns.

    Whoever may write in the folder can put a link in its place after it was looked at.

    Raises:
        OSError: If the file is gone, or part of the path has become a link.
    """
    if os.name == "nt":
        return path.open("rb")
    # What is opened only to go on from there needs no right to be read.
    to_pass = os.O_DIRECTORY | os.O_NOFOLLOW | getattr(os, "O_PATH", os.O_RDONLY)
    folder = os.open(path.anchor, to_pass)
    try:
        for part in path.parts[1:-1]:
            inner = os.open(part, to_pass, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.fdopen(os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb")
    finally:
        os.close(folder)


def missing_images(images_dir: Path, filenames: Iterable[str]) -> list[str]:
    """Return the filenames for which `resolve_image` finds nothing; each folder is listed once.

    Raises:
        InvalidInputError: If a filename, or a link that it names, leads out of the folder.
    """
    root = images_dir.resolve()
    listings: dict[str, dict[str, bool] | None] = {}
    missing: list[str] = []
    for name in filenames:
        folder, _, base = name.rpartition("/")
        if folder not in listings:
            listings[folder] = _listing(root, folder)
        listing = listings[folder]
        # True is an image, False something else: a link, or a file of another kind.
        is_image = False if listing is None else listing.get(base)
        if is_image is None or (not is_image and resolve_image(root, name) is None):
            missing.append(name)
    return missing


def _listing(root: Path, folder: str) -> dict[str, bool] | None:
    path = root / folder
    if ".." in path.parts or not path.resolve().is_relative_to(root):
        return None
    try:
        with os.scandir(path) as entries:
            return {
                entry.name: entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in IMAGE_SUFFIXES
                for entry in entries
            }
    except OSError:
        return {}
