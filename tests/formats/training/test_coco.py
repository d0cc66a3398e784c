import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from al_core.formats import read_labels
from al_core.formats.training.coco import write_coco
from tests.formats.training import labeled


def test_boxes_are_in_pixels_and_come_back(tmp_path: Path) -> None:
    file = tmp_path / "training.json"
    file.write_bytes(write_coco(labeled.boxes()))
    coco = COCO(str(file))
    assert [image["file_name"] for image in coco.dataset["images"]] == labeled.FILENAMES
    assert [entry["bbox"] for entry in coco.dataset["annotations"]] == [
        [10, 10, 40, 20],
        [0, 0, 25, 25],
        [50, 25, 50, 25],
    ]
    assert "score" not in coco.dataset["annotations"][0]
    read = read_labels(file)
    assert read.task == "object-detection"
    np.testing.assert_allclose(read.boxes["x1"], labeled.boxes().labels.boxes["x1"], atol=1e-6)


def test_keypoints_have_coco_s_flags(tmp_path: Path) -> None:
    file = tmp_path / "training.json"
    file.write_bytes(write_coco(labeled.keypoints()))
    content = json.loads(file.read_bytes())
    assert content["categories"][1] == {
        "id": 2,
        "name": "dog",
        "keypoints": ["keypoint_1", "keypoint_2"],
        "skeleton": [],
    }
    entries = content["annotations"]
    assert [entry["keypoints"] for entry in entries[:2]] == [[20, 15, 2, 40, 25, 2], [0, 0, 0, 20, 20, 1]]
    assert [entry["num_keypoints"] for entry in entries] == [2, 1, 0, 2]
    read = read_labels(file)
    assert read.task == "keypoint-detection"
    assert len(read.keypoints) == 5


# pycocotools has not caught up with numpy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_masks_are_the_pixels_of_each_class(tmp_path: Path) -> None:
    file = tmp_path / "training.json"
    file.write_bytes(write_coco(labeled.masks()))
    coco = COCO(str(file))
    dog, cat = coco.dataset["annotations"]
    assert (dog["area"], dog["bbox"], cat["area"], cat["bbox"]) == (2500, [0, 0, 50, 50], 2600, [0, 24, 100, 26])
    pixels = coco.annToMask(dog)
    assert pixels.shape == (50, 100)
    assert pixels[:, :50].all()
    assert not pixels[:, 50:].any()
    assert "semantic-segmentation" in read_labels(file).tasks
