"""What we write for labelers, our own readers of labels read when it comes back unchanged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from al_core.formats import WRITERS, ExportRows, find_writer, read_labels
from al_core.formats.choices import ReadingChoices
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.annotations import Annotations
from tests.formats.exports.samples import BOXES, CLASSES, MASKS, NAMES, POINTS, SEVERAL, SIZES


def read_back(rows: ExportRows, annotations: Annotations, format: str, folder: Path) -> Labels:
    path = folder / f"export{find_writer(format).suffix}"
    path.write_bytes(WRITERS[format].write(replace(rows, annotations=annotations)))
    return read_labels(path, ReadingChoices(images_dir=rows.images_dir))


@pytest.mark.parametrize("format", ["coco", "cvat", "yolo"])
def test_boxes_come_back_where_they_were(rows: ExportRows, tmp_path: Path, format: str) -> None:
    labels = read_back(rows, BOXES, format, tmp_path)
    assert (labels.task, labels.filenames, labels.class_names) == ("object-detection", NAMES[:2], BOXES.class_names)
    for position in range(2):
        boxes = labels.annotation(position).boxes
        expected = [(box.label, box.x0, box.y0, box.x1, box.y1) for box in BOXES.boxes_of(position)]
        # CVAT has hundredths of a pixel, in images of at least 40 pixels.
        np.testing.assert_allclose(boxes[["label", "x0", "y0", "x1", "y1"]].tolist(), expected, atol=0.01 / 40)


def test_masks_come_back_pixel_by_pixel(rows: ExportRows, tmp_path: Path) -> None:
    labels = read_back(rows, MASKS, "cvat", tmp_path)
    label_map = labels.annotation(0).label_map
    assert label_map is not None
    for mask in MASKS.objects_of(0, SIZES[0]):
        np.testing.assert_array_equal(label_map == mask.label, mask.pixels())


def test_keypoints_come_back_where_they_were(rows: ExportRows, tmp_path: Path) -> None:
    points = read_back(rows, POINTS, "cvat", tmp_path).annotation(0).keypoints
    # The image is 200 wide and 100 high.
    np.testing.assert_allclose(points[["x", "y"]].tolist(), [(0.25, 0.2), (0.75, 0.6), (0.05, 0.1)], atol=1e-4)


@pytest.mark.parametrize(
    ("annotations", "classes"), [(CLASSES, [["dog"], ["cat"]]), (SEVERAL, [["dog", "cat"], ["cat"]])]
)
def test_classes_come_back(
    rows: ExportRows, tmp_path: Path, annotations: Annotations, classes: list[list[str]]
) -> None:
    labels = read_back(rows, annotations, "cvat", tmp_path)
    assert labels.task == annotations.task
    names = [[labels.class_names[label] for label in labels.annotation(row).classes.tolist()] for row in range(2)]
    assert list(map(sorted, names)) == list(map(sorted, classes))
