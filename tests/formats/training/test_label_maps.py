import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import InvalidInputError
from al_core.formats import read_labels
from al_core.formats.training.label_maps import write_label_maps
from tests.formats.training import labeled


def test_pixels_are_numbers_of_classes_and_come_back(tmp_path: Path) -> None:
    file = tmp_path / "masks.zip"
    file.write_bytes(write_label_maps(labeled.masks()))
    with zipfile.ZipFile(file) as archive:
        pixels = np.asarray(Image.open(io.BytesIO(archive.read("masks/day/a.png"))))
        empty = np.asarray(Image.open(io.BytesIO(archive.read("masks/c.png"))))
    assert pixels.shape == (50, 100)
    assert (pixels[:, :50] == 1).all()
    assert (pixels[:, 50:] == 255).all()
    assert (empty == 255).all()
    read = read_labels(file)
    assert (read.task, read.class_names, sorted(read.filenames)) == (
        "semantic-segmentation",
        ["cat", "dog"],
        ["b.png", "c.png", "day/a.png"],
    )


def test_more_classes_than_a_byte_has_numbers_are_refused() -> None:
    sheet = labeled.masks()
    names = replace(sheet.labels, class_names=[str(number) for number in range(256)])
    with pytest.raises(InvalidInputError, match="hold up to 255 classes, not 256: use COCO"):
        write_label_maps(replace(sheet, labels=names))
