"""Training labels as Pascal VOC: one XML file for each image."""

import math
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree import ElementTree

from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.names import check_one_line_each, check_xml
from al_core.formats.training.sheet import Corners, LabeledObject, TrainingSheet

_CORNER_TAGS = ("xmin", "ymin", "xmax", "ymax")

_ROUNDING = 1e-3
"""Of a pixel: corners are stored as shares of the image, and 12 may come back as 12.0000002."""


def write_voc(sheet: TrainingSheet) -> bytes:
    """Return a zip of `Annotations/*.xml` and the list `ImageSets/Main/train.txt`.

    Corners are whole pixels, as VOC has them: those that the box touches.

    Raises:
        MissingInputError: If the size of an image is unknown.
        InvalidInputError: If a name has characters that XML cannot hold, or two images would share a file.
    """
    check_one_line_each(sheet.filenames)
    check_xml([*sheet.filenames, *sheet.class_names])
    stems = [str(PurePosixPath(member_path(name)).with_suffix("")) for name in sheet.filenames]
    lists = "".join(f"{stem}\n" for stem in stems).encode()
    return zip_files([("ImageSets/Main/train.txt", lists), *_files(sheet, stems)])


def _files(sheet: TrainingSheet, stems: list[str]) -> Iterator[tuple[str, bytes]]:
    images = zip(stems, sheet.filenames, sheet.pixel_sizes(), sheet.objects(), strict=True)
    for stem, filename, size, objects in images:
        root = ElementTree.Element("annotation")
        # The XML file lies in the same folder below Annotations as the image does below its own.
        _text(root, "filename", PurePosixPath(filename).name)
        sides = ElementTree.SubElement(root, "size")
        width, height = size
        _text(sides, "width", str(width))
        _text(sides, "height", str(height))
        # VOC's images are all in color.
        _text(sides, "depth", "3")
        for labeled in objects:
            _add(root, labeled, sheet.class_names[labeled.label], size)
        ElementTree.indent(root)
        yield f"Annotations/{stem}.xml", ElementTree.tostring(root, "utf-8")


def _add(root: ElementTree.Element, labeled: LabeledObject, name: str, size: tuple[int, int]) -> None:
    entry = ElementTree.SubElement(root, "object")
    _text(entry, "name", name)
    _text(entry, "pose", "Unspecified")
    _text(entry, "truncated", "0")
    _text(entry, "difficult", "0")
    box = ElementTree.SubElement(entry, "bndbox")
    corners = touched_pixels(labeled.corners, size)
    for tag, corner in zip(_CORNER_TAGS, corners, strict=True):
        _text(box, tag, str(corner))


def touched_pixels(corners: Corners, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the corners of the whole pixels that a box touches.

    Examples:
        >>> touched_pixels((0.1, 0.2, 0.5, 0.615), (100, 50))
        (10, 10, 50, 31)
    """
    width, height = size
    left, top, right, bottom = corners
    return (
        math.floor(left * width + _ROUNDING),
        math.floor(top * height + _ROUNDING),
        math.ceil(right * width - _ROUNDING),
        math.ceil(bottom * height - _ROUNDING),
    )


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text
