"""Pascal VOC XML with a score per object."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.tree import FileTree, open_tree, tree_names
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SCORES = ("score", "confidence")


def recognizes_voc_folder(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds XML files."""
    return any(name.lower().endswith(".xml") for name in tree_names(path, head))


def read_voc_folder(path: Path) -> Predictions:
    """Return the boxes of a folder, zip or tar of VOC XML files whose objects have a `score` or `confidence`.

    Raises:
        FileFormatError: Naming file and element that does not fit.
    """
    tree = open_tree(path)
    names = [name for name in tree.names if name.lower().endswith(".xml")]
    if not names:
        raise FileFormatError(f"{tree.source} holds no XML files; expected one per image")
    annotations = [_annotation(tree, name) for name in reported(names)]
    objects = [
        (image, f"{tree.source}/{name}", found)
        for image, (name, annotation) in enumerate(zip(names, annotations, strict=True))
        for found in annotation.iterfind("object")
    ]
    class_names, labels = dense_labels([_text(where, found, "name") for _, where, found in objects], None)
    boxes = Boxes(
        np.array([image for image, _, _ in objects], dtype=np.int64),
        np.array([_corners(where, found) for _, where, found in objects], dtype=np.float32).reshape(-1, 4),
        np.array([_number(where, found, *_SCORES) for _, where, found in objects], dtype=np.float32),
        labels,
    )
    sizes = [[_size(annotation, side) for side in ("width", "height")] for annotation in annotations]
    filenames = [annotation.findtext("filename") or name for name, annotation in zip(names, annotations, strict=True)]
    return detection_predictions(tree.source, filenames, class_names, boxes, np.array(sizes))


def _annotation(tree: FileTree, name: str) -> ElementTree.Element:
    content, where = tree.read(name), f"{tree.source}/{name}"
    # Entities are how a small XML file grows without end; annotations have no use for them.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileFormatError(f"{where} declares a document type, which is not read; remove it")
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FileFormatError(f"{where} is not XML ({error}); write it again") from error


def _text(where: str, element: ElementTree.Element, *names: str) -> str:
    for name in names:
        text = (element.findtext(name) or "").strip()
        if text:
            return text
    raise FileFormatError(f"{where}: an object has no {' or '.join(f'<{name}>' for name in names)}; add it")


def _number(where: str, element: ElementTree.Element, *names: str) -> float:
    text = _text(where, element, *names)
    try:
        return float(text)
    except ValueError as error:
        raise FileFormatError(f"{where}: <{names[0]}> is {text[:40]!a}, expected a number") from error


def _corners(where: str, element: ElementTree.Element) -> list[float]:
    box = element.find("bndbox")
    if box is None:
        raise FileFormatError(f"{where}: an object has no <bndbox>; add it")
    return [_number(where, box, name) for name in _CORNERS]


def _size(annotation: ElementTree.Element, side: str) -> float:
    text = annotation.findtext(f"size/{side}") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else np.nan
