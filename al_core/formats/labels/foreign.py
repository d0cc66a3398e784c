"""Files of labels that are recognized but not read, and files that hold none."""

from pathlib import Path, PurePosixPath

from al_core.formats.files.foreign import ForeignKind, begins_with
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.text import looks_like_text
from al_core.formats.files.tree import tree_names
from al_core.formats.labels.class_folders import recognizes_class_folders
from al_core.formats.labels.foreign_tools import FOREIGN_TOOLS
from al_core.formats.labels.label_maps import recognizes_label_maps
from al_core.formats.predictions.tools.megadetector import recognizes_megadetector
from al_core.formats.predictions.tools.tensorflow import TENSORFLOW


def _are_results(path: Path, head: bytes) -> bool:
    keys = frozenset() if path.is_dir() else json_keys(path, head)
    return keys >= {"image_id", "category_id", "score"} and not keys & {"images", "annotations"}


def _is_image(name: str) -> bool:
    return PurePosixPath(name.strip().replace("\\", "/")).suffix.lower() in IMAGE_SUFFIXES


def _only_images(path: Path, head: bytes) -> bool:
    names = tree_names(path, head)
    is_of_images = bool(names) and all(map(_is_image, names))
    return is_of_images and not recognizes_class_folders(path, head) and not recognizes_label_maps(path, head)


def _only_filenames(path: Path, head: bytes) -> bool:
    if not head or not looks_like_text(head) or head.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    # The last line of what was read may be cut off.
    lines = head.decode(errors="replace").splitlines()
    return all(map(_is_image, filter(str.strip, lines[:-1] or lines)))


FOREIGN_LABELS = (
    *FOREIGN_TOOLS,
    ForeignKind("COCO results, which a model has predicted", _are_results, "add them as predictions"),
    ForeignKind("a file of MegaDetector's results", recognizes_megadetector, "add them as predictions"),
    ForeignKind("the output of a TensorFlow detector", TENSORFLOW.recognizes, "add it as predictions"),
    ForeignKind("CoNLL 2003, a format of texts", begins_with(b"-DOCSTART-"), "export as JSON from Label Studio"),
    ForeignKind(
        "images without labels",
        _only_images,
        "export the labels in a format that holds them: of classes and keypoints Label Studio writes none to YOLO, "
        "COCO or Pascal VOC, but to JSON; if the pictures are masks whose colors are classes, save the number of the "
        "class of each pixel, as 8-bit PNG without colors",
    ),
    ForeignKind(
        "a list of filenames without labels",
        _only_filenames,
        "add what is on each image, or mark these samples as labeled on the Tags page",
    ),
)
"""Every kind, in the order in which they are tried."""
