from pathlib import Path

import numpy as np

from al_core.formats import read_labels
from al_core.formats.training.tables import write_box_table, write_class_table, write_keypoint_table
from tests.formats.training import labeled


def test_classes_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "training.csv"
    file.write_bytes(write_class_table(labeled.classes()))
    assert file.read_text() == "filename,label\nday/a.png,dog\nb.png,cat\n"
    read = read_labels(file)
    assert (read.filenames, read.task) == (["day/a.png", "b.png"], "classification")


def test_boxes_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "training.csv"
    file.write_bytes(write_box_table(labeled.boxes()))
    assert file.read_text().splitlines()[:2] == [
        "filename,label,x0,y0,x1,y1",
        "day/a.png,dog,0.1,0.2,0.5,0.6",
    ]
    read = read_labels(file)
    corners = ["x0", "y0", "x1", "y1"]
    expected = labeled.boxes().labels.boxes
    for corner in corners:
        np.testing.assert_allclose(read.boxes[corner], expected[corner], atol=1e-6)


def test_each_labeled_keypoint_has_a_line() -> None:
    lines = write_keypoint_table(labeled.keypoints()).decode().splitlines()
    assert lines[:4] == [
        "filename,object,label,keypoint,x,y,visibility",
        "day/a.png,0,dog,0,0.2,0.3,2",
        "day/a.png,0,dog,1,0.4,0.5,2",
        "day/a.png,1,cat,1,0.2,0.4,1",
    ]
    assert len(lines) == 6
