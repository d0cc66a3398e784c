import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import read_labels
from al_core.formats.training.voc import write_voc
from tests.formats.training import labeled


def test_boxes_come_back_in_whole_pixels(tmp_path: Path) -> None:
    file = tmp_path / "training.zip"
    file.write_bytes(write_voc(labeled.boxes()))
    with zipfile.ZipFile(file) as archive:
        assert archive.read("ImageSets/Main/train.txt").decode().split() == ["day/a", "b", "c"]
        assert "<xmin>10</xmin>" in archive.read("Annotations/day/a.xml").decode()
    read = read_labels(file)
    assert read.task == "object-detection"
    by_name = dict(zip(read.filenames, range(len(read)), strict=True))
    assert set(by_name) == {"day/a.png", "b.png"}
    of_first = read.boxes[read.boxes["row"] == by_name["day/a.png"]]
    np.testing.assert_allclose(of_first["x1"], [0.5, 0.25], atol=1e-6)


def test_a_name_that_xml_cannot_hold_is_refused() -> None:
    sheet = labeled.boxes()
    names = replace(sheet.labels, class_names=["cat", "d\x08g"])
    with pytest.raises(InvalidInputError, match="holds a control character"):
        write_voc(replace(sheet, labels=names))
