import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import MissingInputError, NotFoundError
from al_core.formats import Labels
from al_core.formats.labels.labels import LABEL_BOX
from al_core.steps.training_labels import training_obstacle
from al_core.store import Dataset, Workspace
from tests.steps import project
from tests.steps.judges import objects_project


def test_test_samples_are_left_out(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 50)
    project.label(dataset, selection.added_rows)
    lines = workflow.export_training_labels(dataset).decode().splitlines()
    assert lines[0] == "filename,label"
    expected = [f"{row:03}.png,{['cat', 'dog'][row % 2]}" for row in sorted(selection.picked_rows.tolist())]
    assert lines[1:] == expected
    assert len(expected) == 40


def test_boxes_are_had_in_four_formats(dataset: Dataset, tmp_path: Path) -> None:
    for name in dataset.filenames():
        Image.new("RGB", (100, 50)).save(tmp_path / name)
    dataset.set_images_dir(tmp_path)
    boxes = np.array([(0, 0, 1, 0.1, 0.2, 0.5, 0.6)], LABEL_BOX)
    sizes = np.full((2, 2), np.nan, np.float32)
    labels = Labels(
        ["b.png", "c.png"], ["cat", "dog"], "object-detection", ["", ""], np.full(2, np.nan), sizes, boxes=boxes
    )
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))
    assert workflow.export_training_labels(dataset).decode().splitlines() == [
        "filename,label,x0,y0,x1,y1",
        "b.png,dog,0.1,0.2,0.5,0.6",
    ]
    coco = json.loads(workflow.export_training_labels(dataset, "coco"))
    assert [image["file_name"] for image in coco["images"]] == ["b.png", "c.png"]
    [box] = coco["annotations"]
    np.testing.assert_allclose(box["bbox"], [10, 10, 40, 20], atol=1e-4)
    with zipfile.ZipFile(BytesIO(workflow.export_training_labels(dataset, "yolo"))) as archive:
        assert any(name.endswith("b.txt") for name in archive.namelist())
    with zipfile.ZipFile(BytesIO(workflow.export_training_labels(dataset, "voc"))) as archive:
        assert b"<xmax>50</xmax>" in archive.read("Annotations/b.xml")
    with pytest.raises(NotFoundError, match="cannot be had as 'xml', but as csv, coco, yolo, voc"):
        workflow.export_training_labels(dataset, "xml")


def test_without_labels_there_is_nothing_to_train_on(dataset: Dataset) -> None:
    with pytest.raises(MissingInputError, match="no labels to train on yet"):
        workflow.export_training_labels(dataset)


@pytest.mark.parametrize("task", ["object-detection", "keypoint-detection", "semantic-segmentation"])
def test_every_format_of_a_task_leaves_test_samples_out(workspace: Workspace, task: str) -> None:
    dataset = objects_project.begin(workspace)
    reserve = workflow.test_reserve(dataset)
    assert reserve
    tests = reserve.reserve.rows[:5]
    trained = np.setdiff1d(np.arange(50), reserve.barred)
    objects_project.label(dataset, task, np.union1d(tests, trained))
    assert workflow.training_tasks(dataset)[0] == task
    for writer in workflow.training_formats(dataset):
        assert training_obstacle(dataset, writer.name) is None
        content = workflow.export_training_labels(dataset, writer.name)
        assert _stems(content) == {f"{row:03}" for row in trained.tolist()}


def test_a_format_in_pixels_says_before_the_download_which_sizes_are_missing(dataset: Dataset) -> None:
    boxes = np.array([(0, 0, 0, 0.1, 0.2, 0.5, 0.6)], LABEL_BOX)
    sizes = np.full((1, 2), np.nan, np.float32)
    labels = Labels(["b.png"], ["cat"], "object-detection", [""], np.full(1, np.nan), sizes, boxes=boxes)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))
    assert training_obstacle(dataset, "yolo") is None
    obstacle = training_obstacle(dataset, "voc")
    assert obstacle is not None
    assert "1 of 1 labeled images are of unknown size, the first is 'b.png'" in obstacle


def test_of_two_tasks_the_newest_is_the_first_and_the_other_can_be_asked_for(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, np.arange(4))
    boxes = np.array([(0, 0, 0, 0.1, 0.2, 0.5, 0.6)], LABEL_BOX)
    sizes = np.full((1, 2), np.nan, np.float32)
    labels = Labels(["001.png"], ["cat"], "object-detection", [""], np.full(1, np.nan), sizes, boxes=boxes)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels), name="boxes")
    assert workflow.training_tasks(dataset) == ["object-detection", "classification"]
    assert workflow.export_training_labels(dataset).startswith(b"filename,label,x0")
    assert len(workflow.export_training_labels(dataset, task="classification").splitlines()) == 5
    with pytest.raises(MissingInputError, match="no labels for keypoint-detection, but for object-detection and class"):
        workflow.export_training_labels(dataset, task="keypoint-detection")


def _stems(content: bytes) -> set[str]:
    """Return the stems of the images in a file of any format."""
    if content[:2] != b"PK":
        return set(re.findall(r"(\d{3})\.png", content.decode()))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {Path(name).stem for name in archive.namelist() if re.search(r"/\d{3}\.", name)}
