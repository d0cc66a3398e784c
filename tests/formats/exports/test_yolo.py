from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from labelformat.formats.yolov8 import YOLOv8ObjectDetectionInput
from PIL import Image

from al_core.exceptions import InvalidInputError
from al_core.formats import WRITERS, ExportRows, read_class_names
from tests.formats.exports.samples import BOXES, SIZES, unpacked, unzipped


def test_labelformat_reads_the_yolo_labels(rows: ExportRows, tmp_path: Path) -> None:
    flat = replace(rows, filenames=["b.png", "a.png", "empty.png"])
    folder = unpacked(WRITERS["yolo"].write(flat), tmp_path / "yolo")
    (folder / "data.yaml").write_text((folder / "data.yaml").read_text().replace("train.txt", "images"))
    (folder / "images").mkdir()
    for name, size in zip(flat.filenames, SIZES, strict=True):
        Image.new("RGB", size).save(folder / "images" / name)
    source = YOLOv8ObjectDetectionInput(folder / "data.yaml", "train")
    assert [category.name for category in source.get_categories()] == ["cat", "it's: a <dog>"]
    objects = {label.image.filename: label.objects for label in source.get_labels()}
    (found,) = objects["b.png"]
    assert (found.category.name, found.box.xmin, found.box.ymax) == ("it's: a <dog>", 50, 100)
    assert len(objects["a.png"]) == 2


def test_class_names_that_mean_something_else_in_yaml_come_back_from_yolo(rows: ExportRows, tmp_path: Path) -> None:
    names = ["no", "1", "\U0001f431 chat: noir", "a\tb", "- [x]"]
    named = replace(rows, annotations=replace(BOXES, class_names=names))
    folder = unpacked(WRITERS["yolo"].write(named), tmp_path / "yolo")
    assert read_class_names(folder / "data.yaml") == names
    assert yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))["names"] == dict(enumerate(names))


def test_yolo_lists_the_images_in_rank_order_and_has_an_empty_file_for_no_boxes(rows: ExportRows) -> None:
    files = unzipped(WRITERS["yolo"].write(rows))
    assert files["train.txt"] == b"./images/day/b.png\n./images/a b.png\n./images/empty.png\n"
    assert files["labels/day/b.txt"] == b"1 0.500000 0.750000 0.500000 0.500000\n"
    assert files["labels/empty.txt"] == b""


def test_a_yolo_project_is_found_from_any_folder(rows: ExportRows) -> None:
    project = yaml.safe_load(unzipped(WRITERS["yolo"].write(rows))["data.yaml"])
    assert project == {"train": "train.txt", "val": "train.txt", "names": {0: "cat", 1: "it's: a <dog>"}}


def test_unsure_boxes_become_no_labels_but_stay_with_their_confidence(rows: ExportRows) -> None:
    assert BOXES.boxes is not None
    boxes = BOXES.boxes.copy()
    boxes["score"] = 0.1
    unsure = replace(rows, annotations=replace(BOXES, boxes=boxes))
    assert unzipped(WRITERS["yolo"].write(unsure))["labels/a b.txt"] == b""
    assert len(unzipped(WRITERS["yolo-confidences"].write(unsure))["labels/a b.txt"].splitlines()) == 2


def test_two_images_that_share_a_label_file_are_refused(rows: ExportRows) -> None:
    with pytest.raises(InvalidInputError, match=r"two samples would both be written to 'labels/a.txt'"):
        WRITERS["yolo"].write(replace(rows, filenames=["a.png", "a.jpg", "b.png"]))
