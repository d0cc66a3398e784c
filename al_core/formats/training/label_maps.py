"""Training labels as maps of classes: one PNG file for each image, whose pixels are numbers of classes."""

import io
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.names import check_one_line_each
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.training.sheet import TrainingSheet

UNLABELED = 255
"""The number of pixels of no class, by the convention of Pascal VOC, Cityscapes and ADE20K."""


def write_label_maps(sheet: TrainingSheet) -> bytes:
    """Return a zip of `masks/*.png` and `classes.txt`: a pixel is the number of its class, 255 where there is none.

    Raises:
        InvalidInputError: If there are more classes than a byte has numbers, or two images would share a file.
        MissingInputError: If the size of an image is unknown.
    """
    if len(sheet.class_names) > UNLABELED:
        raise InvalidInputError(
            f"maps of classes hold up to {UNLABELED} classes, not {len(sheet.class_names)}: use COCO"
        )
    check_one_line_each(sheet.class_names)
    names = "".join(f"{name}\n" for name in sheet.class_names).encode()
    return zip_files([("classes.txt", names), *_maps(sheet)])


def _maps(sheet: TrainingSheet) -> Iterator[tuple[str, bytes]]:
    from PIL import Image

    for row, (filename, (width, height)) in enumerate(zip(sheet.filenames, sheet.pixel_sizes(), strict=True)):
        label_map = sheet.label_map(row)
        if label_map is None:
            # Somebody has looked at the image, and nothing is on it.
            label_map = np.full((height, width), NO_CLASS, np.int32)
        pixels = np.where(label_map == NO_CLASS, UNLABELED, label_map).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        yield f"masks/{PurePosixPath(member_path(filename)).with_suffix('.png')}", file.getvalue()
