"""Images sorted into folders, one folder per class."""

from pathlib import Path, PurePosixPath

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.tree import open_tree, tree_names
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.predictions import CLASSIFICATION

NOT_CLASSES = frozenset({"images", "img", "imgs", "jpegimages", "data", "train", "val", "valid", "test", "all"})
"""Folders whose name says what is in them and not what is on the images."""

_OPEN = frozenset({"unlabeled", "unknown", "unsorted", "todo", "open", "skipped"})
"""Folders of images that nobody has sorted yet."""


def recognizes_class_folders(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds images in folders that may be named after classes."""
    return any(_class_of(name) for name in _images(tree_names(path, head)))


def read_class_folders(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the folder of each image as its class; images in no such folder are open.

    Raises:
        FileFormatError: If there are no images.
    """
    tree = open_tree(path)
    labels = LabelCollector(path.name, choices)
    for name in _images(tree.names):
        class_name = _class_of(name)
        if class_name is None:
            labels.leave_open(name)
        else:
            labels.annotate(name)
            labels.add_class(class_name)
    if not _images(tree.names):
        raise FileFormatError(f"{tree.source} holds no images; expected a folder of images for each class")
    labels.add_note(note("classes-from-folders", "Each image is of the class that its folder is named after"))
    return labels.finished(CLASSIFICATION)


def _images(names: list[str]) -> list[str]:
    # What macOS and editors leave behind is not an image of the team's.
    hidden = (name for name in names if not any(part.startswith((".", "__MACOSX")) for part in name.split("/")))
    return [name for name in hidden if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES]


def _class_of(name: str) -> str | None:
    folder = PurePosixPath(name).parent.name
    return None if not folder or folder.lower() in NOT_CLASSES or folder.lower() in _OPEN else folder
