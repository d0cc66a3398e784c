import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask
from pycocotools.coco import COCO

from al_core.formats import WRITERS, ExportRows, read_predictions
from al_core.formats.predictions.stored_tables import keypoint_table
from tests.formats.exports.samples import BOXES, MASKS, NAMES, POINTS, SIZES


def test_pycocotools_reads_the_boxes_in_pixels(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(rows))
    coco = COCO(path)
    images = coco.loadImgs(coco.getImgIds())
    assert [(image["file_name"], (image["width"], image["height"])) for image in images] == list(
        zip(NAMES, SIZES, strict=True)
    )
    (box,) = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (box["bbox"], box["score"], box["area"]) == ([50, 50, 100, 50], 0.5, 5000)
    assert coco.loadCats([box["category_id"]])[0]["name"] == "it's: a <dog>"
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


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_pycocotools_reads_the_masks_over_the_whole_image(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(replace(rows, annotations=MASKS)))
    coco = COCO(path)
    cat, dog = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    # Image 1 is 200 wide and 100 high.
    expected = np.zeros((100, 200), np.uint8)
    expected[50:, :100] = 1
    np.testing.assert_array_equal(coco.annToMask(cat), expected)
    assert (cat["bbox"], cat["area"], cat["score"], cat["category_id"]) == ([0, 50, 100, 50], 5000, 0.75, 2)
    assert (dog["bbox"], dog["area"], coco.loadCats([3])[0]["name"]) == ([100, 0, 100, 100], 10000, "it's: a <dog>")
    [later] = coco.loadRes(json.loads(path.read_bytes())["annotations"]).loadAnns([3])
    assert mask.area(later["segmentation"]) == 40 * 40


def test_our_own_reader_reads_the_masks_back(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(replace(rows, annotations=MASKS)))
    read = read_predictions(path)
    assert (read.task, read.filenames, read.class_names) == ("semantic-segmentation", NAMES, MASKS.class_names)
    for position, size in enumerate(SIZES):
        # The reader has the most confident mask last, which wins where masks overlap.
        by_confidence = sorted(MASKS.objects_of(position, size), key=lambda mask: mask.score)
        assert read.outputs.read_objects(position) == by_confidence


def test_ids_of_categories_stay(rows: ExportRows, tmp_path: Path) -> None:
    coco = json.loads(WRITERS["coco"].write(replace(rows, annotations=replace(BOXES, category_ids=[90, 4]))))
    assert [(category["id"], category["name"]) for category in coco["categories"]] == [
        (90, "cat"),
        (4, "it's: a <dog>"),
    ]
    assert [entry["category_id"] for entry in coco["annotations"]] == [4, 90, 4]
    # A class without an id of its own gets the next one.
    coco = json.loads(WRITERS["coco"].write(replace(rows, annotations=replace(BOXES, category_ids=[90]))))
    assert [category["id"] for category in coco["categories"]] == [90, 91]


def test_names_and_skeleton_of_keypoints_stay(rows: ExportRows, tmp_path: Path) -> None:
    named = replace(POINTS, keypoint_names=[["nose"], ["head", "tail", "paw"]], skeletons=[[], [[1, 2], [2, 3]]])
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(replace(rows, annotations=named)))
    coco = COCO(path)
    assert (coco.cats[3]["keypoints"], coco.cats[3]["skeleton"]) == (["nose"], [])
    assert (coco.cats[7]["keypoints"], coco.cats[7]["skeleton"]) == (["head", "tail", "paw"], [[1, 2], [2, 3]])
    read = read_predictions(path)
    assert (read.keypoint_names, read.skeletons) == ([["nose"], ["head", "tail", "paw"]], [[], [[1, 2], [2, 3]]])
