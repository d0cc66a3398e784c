"""Pascal VOC XML with a score per object."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import check_file
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import announce_texts, open_tree, tree_names
from al_core.formats.files.xml_tree import parse_xml
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_SCORES = ("score", "confidence")


def recognizes_voc_folder(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds XML files, or a file is XML of one image whose objects have a score."""
    start = head.removeprefix(BOM).lstrip()
    is_scored = b"<annotation" in start and any(f"<{name}>".encode() in start for name in _SCORES)
    return (start.startswith(b"<") and is_scored) or any(
        name.lower().endswith(".xml") for name in tree_names(path, head)
    )


def read_voc_folder(path: Path) -> Predictions:
    """Return the boxes of VOC XML whose objects have a `score` or `confidence`: one file, or a folder, zip or tar.

    Raises:
        FileFormatError: Naming file and element that does not fit.
    """
    filenames: list[str] = []
    sizes: list[list[float]] = []
    image: list[int] = []
    objects: list[_Object] = []
    for number, (name, where, content) in enumerate(_documents(path)):
        annotation = _annotation(where, content)
        filenames.append(annotation.findtext("filename") or name)
        sizes.append([_side(annotation, side) for side in ("width", "height")])
        for element in annotation.iterfind("object"):
            image.append(number)
            objects.append(_object(where, element))
    class_names, labels = dense_labels([entry.name for entry in objects], None)
    boxes = Boxes(
        np.array(image, dtype=np.int64),
        np.array([entry.corners for entry in objects], dtype=np.float32).reshape(-1, 4),
        np.array([entry.score for entry in objects], dtype=np.float32),
        labels,
    )
    return detection_predictions(path.name, filenames, class_names, boxes, np.array(sizes))


def _documents(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Return the name, the place for messages and the content of each XML file."""
    if path.is_file() and check_file(path).removeprefix(BOM).lstrip().startswith(b"<"):
        yield path.name, path.name, path.read_bytes()
        return
    tree = open_tree(path)
    names = [name for name in tree.names if name.lower().endswith(".xml")]
    if not names:
        raise FileFormatError(f"{tree.source} holds no XML files; expected one per image")
    announce_texts(tree, names)
    for name in reported(names):
        yield name, f"{tree.source}/{name}", tree.read(name)


def _annotation(where: str, content: bytes) -> ElementTree.Element:
    annotation = parse_xml(content, where)
    if annotation.tag != "annotation":
        what = "CVAT's XML" if annotation.tag == "annotations" else f"XML of <{annotation.tag[:40]}>"
        raise FileFormatError(
            f"{where} is {what} and no Pascal VOC of a model; what people have annotated are labels, add it as labels"
        )
    return annotation


@dataclass(frozen=True)
class _Object:
    name: str
    corners: list[float]
    score: float


def _object(where: str, element: ElementTree.Element) -> _Object:
    box = element.find("bndbox")
    if box is None and element.find("polygon") is not None:
        raise FileFormatError(
            f"{where} is LabelMe's XML, with polygons, which is not read; convert it to COCO, for example with datumaro"
        )
    if box is None:
        raise FileFormatError(f"{where}: an object has no <bndbox>; add it")
    if all(element.find(name) is None for name in _SCORES):
        raise FileFormatError(
            f"{where}: an object has no <{_SCORES[0]}> or <{_SCORES[1]}>; without confidences these are labels and not "
            "predictions: add them as labels"
        )
    return _Object(
        _text(where, element, "name"),
        [_number(where, box, corner) for corner in _CORNERS],
        _number(where, element, *_SCORES),
    )


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


def _side(annotation: ElementTree.Element, side: str) -> float:
    text = annotation.findtext(f"size/{side}") or ""
    # What is no number, or has more digits than any image has pixels, is unknown.
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else np.nan
