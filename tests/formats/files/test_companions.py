from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import PredictionFiles, ScoreTable, read_labels, read_prediction_files

COMPANIONS = {
    "data.yaml": ("names:\n  0: cat\n", "a file of class names"),
    "classes.txt": ("cat\ndog\n", "a file of class names"),
    "class_to_idx.json": ('{"cat": 0, "dog": 1}', "a file of class names"),
    "_darknet.labels": ("cat\ndog\n", "a file of class names"),
    "names.json": ('["cat", "dog"]', "a list of names"),
    "config.json": ('{"architectures": ["ViT"], "model_type": "vit"}', "the configuration of a Hugging Face model"),
    "config.xml": ('<View><Choices><Choice value="cat"/></Choices></View>', "a file of class names"),
    "args.yaml": ("task: detect\nmode: train\nmodel: yolo.pt\nepochs: 3\n", "the settings of a training run"),
    "obj.data": ("classes = 3\ntrain = train.txt\n", "the settings of a YOLO data set"),
    "schema.json": ('{"task_type": "classification", "categories": []}', "the schema of a Lightly prediction folder"),
    "metadata.json": ('{"media_type": "image", "sample_fields": []}', "the description of a FiftyOne dataset"),
    "default.txt": ("000012\n000034\n", "a list of names without suffixes"),
    "images.meta": ("# <image name> <height> <width>\na 1 2\n", "a list of the sizes of images"),
    "README.md": ("# Data\n", "a text for people"),
    "run.ipynb": ('{"cells": [], "nbformat": 4}', "a notebook"),
    "model.onnx": ("\x08\x07", "a model"),
}


@pytest.mark.parametrize("name", COMPANIONS)
def test_a_file_that_lies_beside_others_is_named_and_says_what_to_drop(tmp_path: Path, name: str) -> None:
    content, noun = COMPANIONS[name]
    (tmp_path / name).write_text(content)
    with pytest.raises(FileFormatError, match=rf"^{name} is {noun}.* and holds no predictions; \w+"):
        read_prediction_files(PredictionFiles(tmp_path / name))
    with pytest.raises(FileFormatError, match=rf"^{name} is {noun}.* and holds no labels; \w+"):
        read_labels(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [("results.csv", "epoch,train/box_loss\n1,0.5\n"), ("metrics.json", '{"iteration": 19, "total_loss": 2.0}\n')],
)
def test_the_log_of_a_training_run_holds_no_scores_of_images(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FileFormatError, match=f"{name} is the log of a training run, which is not read; drop what"):
        read_prediction_files(PredictionFiles(path))


def test_the_loss_of_each_image_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("epoch,image,loss\n1,a.png,0.5\n1,b.png,0.25\n")
    contents = read_prediction_files(PredictionFiles(path))
    assert isinstance(contents, ScoreTable)
    assert list(contents.scores) == ["loss"]


def test_a_record_that_begins_with_its_id_names_no_classes(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text('{"id": 1, "picture": "a.jpg", "kind": ["cat"]}\n')
    with pytest.raises(FileFormatError, match="JSON with the keys 'id', 'picture', 'kind': of no known format"):
        read_labels(path)


def test_a_class_of_an_image_set_is_a_list_of_names(tmp_path: Path) -> None:
    path = tmp_path / "cat_train.txt"
    path.write_text("000012 -1\n000017  1\n")
    with pytest.raises(FileFormatError, match="a list of names without suffixes, as Pascal VOC has in ImageSets"):
        read_labels(path)
