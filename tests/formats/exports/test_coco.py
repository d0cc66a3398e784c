import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO

from al_core.formats import WRITERS, ExportRows, read_predictions
from al_core.formats.predictions.annotations import keypoint_table
from tests.formats.exports.samples import NAMES, POINTS, SIZES


def test_pycocotools_reads_the_boxes_in_pixels(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(rows))
    coco = COCO(path)
    images = coco.loadImgs(coco.getImgIds())
    assert [(image["file_name"], (image["width"], image["height"])) for image in images] == list(
        zip(NAMES, SIZES, strict=True)
    )
    (found,) = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (found["bbox"], found["score"], found["area"]) == ([50, 50, 100, 50], 0.5, 5000)
    assert coco.loadCats([found["category_id"]])[0]["name"] == "it's: a <dog>"
    results = coco.loadRes(json.loads(path.read_bytes())["annotations"])
    assert len(results.getAnnIds(imgIds=[2])) == 2


def test_pycocotools_reads_the_keypoints_in_pixels(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(replace(rows, annotations=POINTS)))
    coco = COCO(path)
    assert {category["id"]: category["name"] for category in coco.loadCats([3, 7])} == {3: "cat", 7: "dog"}
    assert coco.cats[3]["keypoints"] == ["keypoint_1", "keypoint_2", "keypoint_3"]
    dog, cat = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (dog["category_id"], dog["keypoints"]) == (7, [50, 20, 2, 150, 60, 2, 0, 0, 0])
    assert (dog["num_keypoints"], dog["bbox"], dog["area"], dog["score"]) == (2, [50, 20, 100, 40], 4000, 0.25)
    assert (cat["category_id"], cat["keypoint_scores"]) == (3, [0.75])
    assert len(coco.loadRes(json.loads(path.read_bytes())["annotations"]).getAnnIds(catIds=[3])) == 2
    read = read_predictions(path)
    assert (read.task, read.filenames, read.category_ids) == ("keypoint-detection", NAMES, [3, 7])
    assert POINTS.keypoints is not None
    assert keypoint_table(np.arange(3), read.outputs).tolist() == POINTS.keypoints.tolist()
