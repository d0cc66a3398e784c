import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import (
    AlreadyExistsError,
    Cancelled,
    InvalidInputError,
    MissingInputError,
    NotFoundError,
)
from al_core.formats import ExportChoices, Predictions, read_predictions
from al_core.formats.predictions.maps import Maps
from al_core.formats.predictions.predictions import DETECTION, SEGMENTATION
from al_core.steps import exports
from al_core.steps.exports import export_obstacle, tag_annotations
from al_core.steps.predictions import read_annotations
from al_core.store import INITIAL_TAG, Dataset, Kind, Workspace
from al_core.utils import ObjectDetectionOutput
from tests.conftest import FILENAMES

ALL_ROWS = np.arange(6)
BOX = ObjectDetectionOutput.from_scores(np.array([[0, 0.25, 0.5, 1]]), [0.5], [1])
TWO = ObjectDetectionOutput.from_scores(np.array([[0, 0, 1, 1], [0.5, 0, 1, 0.5]]), [0.25, 0.75], [0, 1])
NONE = ObjectDetectionOutput([], [], [])


def margin(*scores: float) -> dict[str, np.ndarray]:
    return {"uncertainty_margin": np.array(scores)}


def exported(dataset: Dataset) -> workflow.Selection:
    workflow.store_scores(dataset, ALL_ROWS, margin(0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    labeled = dataset.create_tag("labeled", np.array([0]))
    return workflow.run_selection(dataset, SelectionConfig("ACTIVE_LEARNING", 3, name="picked"), labeled_tag=labeled)


def store(dataset: Dataset, predictions: Predictions, name: str = "model") -> None:
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def detections(*names: str) -> Predictions:
    return Predictions(list(names), ["cat", "dog"], [BOX, TWO, NONE][: len(names)], DETECTION)


def classes() -> Predictions:
    return Predictions(FILENAMES, ["cat", "dog"], np.tile(np.array([0.25, 0.75], dtype=np.float32), (6, 1)))


@pytest.fixture
def tag_with_images(dataset: Dataset, tmp_path: Path) -> tuple[Dataset, Path]:
    images = tmp_path / "images"
    images.mkdir()
    for name in FILENAMES:
        Image.new("RGB", (4, 4)).save(images / name)
    dataset.set_images_dir(images)
    dataset.create_tag("two", np.array([4, 1]))
    return dataset, images


def test_exported_filenames_come_in_the_order_picked(dataset: Dataset) -> None:
    tag = exported(dataset).tag
    assert workflow.export_tag(dataset, tag, "txt", added_only=True) == b"f.png\ne.png\n"
    assert workflow.export_tag(dataset, tag, "txt") == b"f.png\ne.png\na.png\n"


def test_an_exported_csv_has_rank_filename_and_score(dataset: Dataset) -> None:
    rows = csv.reader(io.StringIO(workflow.export_tag(dataset, exported(dataset).tag, "csv").decode()))
    assert list(rows) == [
        ["rank", "filename", "score"],
        ["1", "f.png", "0.6"],
        ["2", "e.png", "0.5"],
        ["", "a.png", "0.1"],
    ]


def test_an_exported_json_says_what_the_selection_was_made_of(dataset: Dataset) -> None:
    metadata = json.loads(workflow.export_tag(dataset, exported(dataset).tag, "json"))["metadata"]
    assert (metadata["dataset"], metadata["tag"], metadata["total"], metadata["added"]) == ("line", "picked", 3, 2)
    assert metadata["config"]["method"] == "ACTIVE_LEARNING"


def test_a_tag_made_by_hand_is_exported_in_row_order(dataset: Dataset) -> None:
    tag = dataset.create_tag("by hand", np.array([4, 1]))
    assert workflow.export_tag(dataset, tag, "txt") == b"b.png\ne.png\n"


def test_a_selection_is_exported_with_the_predictions_that_its_score_came_from(dataset: Dataset) -> None:
    store(dataset, classes(), "first")
    tag = workflow.run_selection(dataset, workflow.SelectionConfig("ACTIVE_LEARNING", 2, name="picked")).tag
    store(dataset, detections("a.png"), "second")
    annotations = [tag_annotations(dataset, found) for found in (tag, dataset.tag(INITIAL_TAG))]
    assert [found.model for found in annotations if found] == ["first", "second"]


def test_without_predictions_there_is_nothing_to_annotate(dataset: Dataset) -> None:
    assert read_annotations(dataset) is None
    with pytest.raises(MissingInputError, match="this format needs boxes: store detections"):
        workflow.export_tag(dataset, dataset.tag(INITIAL_TAG), "yolo")


def test_an_unknown_format_is_not_found(dataset: Dataset) -> None:
    with pytest.raises(NotFoundError, match="no export format 'docx'"):
        workflow.export_tag(dataset, dataset.tag(INITIAL_TAG), "docx")


@pytest.mark.parametrize("link", [False, True])
def test_images_are_copied_or_linked_into_a_new_folder(tag_with_images: tuple[Dataset, Path], link: bool) -> None:
    dataset, images = tag_with_images
    steps: list[tuple[int, int]] = []
    target = images.parent / "out"
    paths = exports.copy_images(
        dataset, dataset.tag("two"), target, link=link, progress=lambda *step: steps.append(step)
    )
    assert paths == [target / "b.png", target / "e.png"]
    assert [path.is_symlink() for path in paths] == [link, link]
    assert paths[0].read_bytes() == (images / "b.png").read_bytes()
    assert steps == [(1, 2), (2, 2)]


def test_nothing_in_a_folder_is_ever_replaced(tag_with_images: tuple[Dataset, Path]) -> None:
    dataset, images = tag_with_images
    with pytest.raises(AlreadyExistsError, match="is not empty"):
        exports.copy_images(dataset, dataset.tag("two"), images)


def test_a_missing_image_stops_the_copy_before_it_starts(tag_with_images: tuple[Dataset, Path]) -> None:
    dataset, images = tag_with_images
    (images / "e.png").unlink()
    with pytest.raises(MissingInputError, match=r"the first is 'e\.png'"):
        exports.copy_images(dataset, dataset.tag("two"), images.parent / "out")
    assert not (images.parent / "out").exists()


@pytest.mark.parametrize("exists", [True, False])
def test_a_copy_that_is_stopped_leaves_nothing(tag_with_images: tuple[Dataset, Path], exists: bool) -> None:
    dataset, images = tag_with_images
    target = images.parent / "out"
    if exists:
        target.mkdir()

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        exports.copy_images(dataset, dataset.tag("two"), target, progress=stop)
    assert target.exists() == exists
    assert not exists or list(target.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tag_with_images: tuple[Dataset, Path]) -> None:
    dataset, images = tag_with_images
    with pytest.raises(InvalidInputError, match=r"a\.png/out.* cannot be written: Not a directory"):
        exports.copy_images(dataset, dataset.tag("two"), images / "a.png" / "out")


def test_an_obstacle_is_reported_before_the_work(tag_with_images: tuple[Dataset, Path]) -> None:
    dataset, images = tag_with_images
    tag = dataset.tag("two")
    told = [export_obstacle(dataset, tag, name) for name in ("txt", "images", "cvat")]
    assert told[:2] == [None, None]
    assert told[2] == "CVAT needs class probabilities, boxes, keypoints or masks: store predictions first"
    (images / "b.png").unlink()
    assert export_obstacle(dataset, tag, "images") == (
        "Images needs every image, and b.png is not in the images folder"
    )
    (images / "e.png").unlink()
    assert export_obstacle(dataset, tag, "images") == (
        "Images needs every image, and 2 of 2 are not in the images folder, the first is b.png"
    )
    dataset.set_images_dir(None)
    assert "set the images folder of the dataset" in (export_obstacle(dataset, tag, "images") or "")


def test_label_studio_asks_for_classes_until_there_is_a_model(tag_with_images: tuple[Dataset, Path]) -> None:
    dataset, _ = tag_with_images
    tag = dataset.tag("two")
    assert export_obstacle(dataset, tag, "label-studio") == (
        "Label Studio needs the classes to choose among: enter them, or store predictions first"
    )
    chosen = ExportChoices(["cat", "dog"])
    assert export_obstacle(dataset, tag, "label-studio", choices=chosen) is None
    assert b"PK" in workflow.export_tag(dataset, tag, "label-studio", choices=chosen)
    store(dataset, classes())
    assert export_obstacle(dataset, tag, "label-studio") is None


def test_masks_stored_before_they_were_kept_whole_have_to_be_stored_again(
    tag_with_images: tuple[Dataset, Path],
) -> None:
    dataset, _ = tag_with_images
    half = np.array([[[0.75, 0.25], [0.25, 0.75]]] * 2)
    store(dataset, Predictions(["b.png"], ["cat", "dog"], Maps(1, lambda _: half), SEGMENTATION))
    tag = dataset.tag("two")
    assert export_obstacle(dataset, tag, "coco") is None
    annotations = json.loads(workflow.export_tag(dataset, tag, "coco"))["annotations"]
    assert [(entry["bbox"], entry["score"]) for entry in annotations] == [([0, 0, 2, 4], 0.75), ([2, 0, 2, 4], 0.75)]
    dataset.arrays.delete(Kind.OBJECT_MASK, "model")
    assert "needs boxes, keypoints or masks at full resolution" in (export_obstacle(dataset, tag, "coco") or "")


def test_the_demo_says_that_a_zip_takes_fewer_images(demo_home: Path) -> None:
    with Workspace(demo_home) as workspace:
        digits = workspace.dataset("digits")
        assert export_obstacle(digits, digits.tag(INITIAL_TAG), "images") == (
            "Images takes up to 1,000 samples, not 1,797: choose a smaller tag"
        )


def test_the_example_file_is_read_back_whatever_the_filenames_hold(workspace: Workspace, tmp_path: Path) -> None:
    names = ['a, "b".png', "plain.png", '=HYPERLINK("http://tracker.example","x")', "'=1", "@cmd.png"]
    dataset = workspace.create_dataset("odd names", names)
    path = tmp_path / "example.csv"
    path.write_bytes(exports.example_predictions(dataset))
    assert b"\n\"'=HYPERLINK" in path.read_bytes()
    found = read_predictions(path)
    assert isinstance(found, Predictions)
    assert (found.filenames, found.class_names) == (names, ["cat", "dog"])
