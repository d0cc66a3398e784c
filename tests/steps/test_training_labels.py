import json
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
from al_core.store import Dataset, Workspace
from tests.steps import project


def test_test_samples_are_left_out(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 50)
    project.label(dataset, selection.added_rows)
    lines = workflow.export_training_labels(dataset).decode().splitlines()
    assert lines[0] == "filename,label"
    expected = [f"{row:03}.png,{['cat', 'dog'][row % 2]}" for row in sorted(selection.picked_rows.tolist())]
    assert lines[1:] == expected
    assert len(expected) == 40


def test_boxes_are_had_as_csv_coco_and_yolo(dataset: Dataset, tmp_path: Path) -> None:
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
    with pytest.raises(NotFoundError, match="cannot be had as 'xml', but as csv, coco, yolo"):
        workflow.export_training_labels(dataset, "xml")


def test_without_labels_there_is_nothing_to_train_on(dataset: Dataset) -> None:
    with pytest.raises(MissingInputError, match="no labels of classes or boxes to train on yet"):
        workflow.export_training_labels(dataset)
