import io
import zipfile
from pathlib import Path

import numpy as np
import yaml

from al_core.formats import read_labels
from al_core.formats.choices import ReadingChoices, Unannotated
from al_core.formats.training.yolo import write_yolo
from tests.formats.training import labeled


def test_boxes_come_back_and_an_empty_image_is_done(tmp_path: Path) -> None:
    file = tmp_path / "training.zip"
    file.write_bytes(write_yolo(labeled.boxes()))
    with zipfile.ZipFile(file) as archive:
        assert archive.read("labels/day/a.txt").decode().splitlines()[0] == "1 0.300000 0.400000 0.400000 0.400000"
        assert archive.read("labels/c.txt") == b""
    read = read_labels(file, ReadingChoices(unannotated=Unannotated.DONE))
    assert sorted(read.filenames) == sorted(labeled.FILENAMES)
    assert len(read.boxes) == 3


def test_keypoints_stand_behind_their_boxes(tmp_path: Path) -> None:
    file = tmp_path / "training.zip"
    file.write_bytes(write_yolo(labeled.keypoints()))
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        project = yaml.safe_load(archive.read("data.yaml"))
        lines = archive.read("labels/day/a.txt").decode().splitlines()
    assert (project["kpt_shape"], project["names"]) == ([2, 3], {0: "cat", 1: "dog"})
    assert lines[1].split()[5:] == ["0.000000", "0.000000", "0", "0.200000", "0.400000", "1"]
    read = read_labels(file)
    assert read.task == "keypoint-detection"
    np.testing.assert_array_equal(read.keypoints["visibility"][:3], [2, 2, 1])
