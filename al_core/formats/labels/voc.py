"""Pascal VOC XML: one file per image, with boxes, in a folder, zip or tar."""

import re
from pathlib import Path
from xml.etree import ElementTree

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import check_file
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import announce_texts, open_tree, tree_names
from al_core.formats.files.xml_tree import parse_xml
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.label_findings import NAMED_AFTER_FILE
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.xml_values import number, size_from
from al_core.formats.names.addresses import image_name, without_hash

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_LABEL_STUDIO = "Label Studio"


def recognizes_voc(path: Path, head: bytes) -> bool:
    """Return whether a file begins with an `<annotation>`, or a folder or archive holds XML files."""
    start = head.removeprefix(BOM).lstrip()
    return (start.startswith(b"<") and b"<annotation>" in start) or bool(_xml_files(tree_names(path, head)))


def read_voc(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the boxes of Pascal VOC; a file without objects may be of an image that nobody has looked at.

    Raises:
        FileFormatError: Naming file and element that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    if not tree_names(path, check_file(path)):
        annotation = parse_xml(path.read_bytes(), path.name)
        _add(path.name, _filename(path.stem, annotation), annotation, labels)
        return labels.finished()
    tree = open_tree(path)
    names = _xml_files(tree.names)
    if not names:
        raise FileFormatError(f"{tree.source} holds no XML files; expected one per image")
    announce_texts(tree, names)
    images = _Images(labels)
    for name in reported(names):
        where = f"{tree.source}/{name}"
        annotation = parse_xml(tree.read(name), where)
        _add(where, images.filename(name, annotation), annotation, labels)
    return labels.finished()


class _Images:
    """The images of files, by what these say; who copies a file for another image may forget to rename it inside."""

    def __init__(self, labels: LabelCollector) -> None:
        self._labels = labels
        self._stems: dict[str, str] = {}

    def filename(self, name: str, annotation: ElementTree.Element) -> str:
        """Return the image of a file; if one that is called otherwise has named it, what the file itself is called."""
        filename = _filename(name, annotation)
        stem = _stem(name).rpartition("/")[2]
        # Of several annotators each may have a file of the image, in a folder of their own.
        if _is_of_label_studio(annotation) or self._stems.setdefault(filename, stem) == stem:
            return filename
        self._labels.concern(NAMED_AFTER_FILE, name)
        return _beside(name, f"{stem}.xml")


def _xml_files(names: list[str]) -> list[str]:
    return [name for name in names if name.lower().endswith(".xml")]


def _add(where: str, filename: str, annotation: ElementTree.Element, labels: LabelCollector) -> None:
    if annotation.tag != "annotation":
        raise FileFormatError(f"{where} begins with <{annotation.tag[:40]}>; expected <annotation>, Pascal VOC")
    size = size_from(annotation.findtext("size/width"), annotation.findtext("size/height"))
    objects = annotation.findall("object")
    if not objects:
        labels.leave_undecided(filename, size=size)
        return
    annotator = (annotation.findtext("source/annotator") or "").strip()
    labels.annotate(filename, annotator=annotator, size=size)
    for entry in objects:
        box = entry.find("bndbox")
        class_name = (entry.findtext("name") or "").strip()
        if entry.find("polygon") is not None:
            raise FileFormatError(
                f"{where} is LabelMe's XML, with polygons; convert it to COCO, for example with datumaro"
            )
        if box is None:
            raise FileFormatError(f"{where}: an object has no <bndbox>; add it")
        # VOC's own pixels count from 1, and xmax is inside the box; labelImg, CVAT and Roboflow write edges from 0.
        # Nothing in a file says which: read as edges, VOC's own boxes are half a pixel too far to the lower right.
        labels.add_box(class_name, [number(where, corner, box.findtext(corner)) for corner in _CORNERS])


def _stem(name: str) -> str:
    return re.sub(r"\.xml$", "", name, flags=re.IGNORECASE)


def _filename(name: str, annotation: ElementTree.Element) -> str:
    stem = _stem(name)
    filename = (annotation.findtext("filename") or "").strip()
    if _is_of_label_studio(annotation):
        return without_hash(image_name(filename or stem.rpartition("/")[2]))
    if not filename:
        return stem
    # Tools write the name alone, or with folders; where they write none, the XML file lies in the image's folder.
    is_bare = "/" not in filename and "\\" not in filename
    has_suffix = Path(filename).suffix.lower() in IMAGE_SUFFIXES
    filename = filename if has_suffix else f"{filename}.xml"
    return _beside(name, filename) if is_bare else filename


def _beside(name: str, filename: str) -> str:
    """Return the path of an image that lies where its XML file does, but for the folder Annotations."""
    folders = re.sub(r"^(.*/)?Annotations/", "", f"/{name}".replace("//", "/")).lstrip("/").rpartition("/")[0]
    return f"{folders}/{filename}" if folders else filename


def _is_of_label_studio(annotation: ElementTree.Element) -> bool:
    return annotation.findtext("owner/name") == _LABEL_STUDIO
