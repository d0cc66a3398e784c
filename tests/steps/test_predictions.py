import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import AlreadyExistsError, Cancelled, InvalidInputError, MissingInputError, NotFoundError
from al_core.formats import Predictions, read_predictions
from al_core.formats.predictions.predictions import DETECTION, KEYPOINTS, SEGMENTATION
from al_core.steps import exports
from al_core.steps.exports import export_obstacle, tag_annotations
from al_core.steps.predictions import find_predictions, read_annotations
from al_core.steps.sample_card import describe_sample, read_mask
from al_core.store import INITIAL_TAG, Dataset, Workspace
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput
from tests.conftest import FILENAMES

BOX = ObjectDetectionOutput.from_scores(np.array([[0, 0.25, 0.5, 1]]), [0.5], [1])
TWO = ObjectDetectionOutput.from_scores(np.array([[0, 0, 1, 1], [0.5, 0, 1, 0.5]]), [0.25, 0.75], [0, 1])
NONE = ObjectDetectionOutput([], [], [])


def store(dataset: Dataset, predictions: Predictions, name: str = "model") -> None:
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


def detections(*names: str) -> Predictions:
    return Predictions(list(names), ["cat", "dog"], [BOX, TWO, NONE][: len(names)], DETECTION)


def classes() -> Predictions:
    return Predictions(FILENAMES, ["cat", "dog"], np.tile(np.float32([0.25, 0.75]), (6, 1)))


def test_detections_are_stored_with_the_rows_of_their_samples(dataset: Dataset) -> None:
    store(dataset, detections("c.png", "a.png", "b.png"))
    stored = dataset.arrays.get("detection", "model")
    assert dataset.arrays.read(stored)[["row", "label", "score"]].tolist() == [(0, 0, 0.25), (0, 1, 0.75), (2, 1, 0.5)]
    assert stored.facts["class_names"] == ["cat", "dog"]
    assert dataset.arrays.find("score", "object_frequency")


def test_keypoints_are_stored_with_the_rows_of_their_samples(dataset: Dataset) -> None:
    found = KeypointPrediction([KeypointInstancePrediction([10, 20, 0.5], category_id=2, score=0.75)])
    store(dataset, Predictions(["d.png"], ["person"], [found], KEYPOINTS))
    table = dataset.arrays.read(dataset.arrays.get("keypoint", "model"))
    assert table.tolist() == [(3, 0, 2, 0.75, 10, 20, 0.5)]


def test_keypoints_keep_the_names_of_their_categories(dataset: Dataset) -> None:
    found = [
        KeypointPrediction([KeypointInstancePrediction([10, 20, 0.5], category_id=number, score=0.75)])
        for number in (7, 4)
    ]
    store(dataset, Predictions(["d.png", "a.png"], ["person", "dog"], found, KEYPOINTS, category_ids=[7, 1]))
    annotations = read_annotations(dataset)
    assert annotations is not None
    assert (list(annotations.class_names), list(annotations.category_ids)) == (["person", "dog", "class_4"], [7, 1, 4])
    assert [annotations.keypoints_of(row)[0].label for row in (0, 3)] == [2, 0]


def test_classes_without_a_name_get_one(dataset: Dataset) -> None:
    store(dataset, Predictions(["a.png"], ["cat"], [TWO], DETECTION))
    assert dataset.arrays.get("detection", "model").facts["class_names"] == ["cat", "class_1"]


def test_predictions_of_another_task_replace_those_of_the_same_name(dataset: Dataset) -> None:
    store(dataset, classes())
    store(dataset, detections("a.png"))
    assert dataset.arrays.all("prediction") == []
    assert find_predictions(dataset, "model") == dataset.arrays.get("detection", "model")


def test_a_card_shows_the_boxes_of_its_sample_most_confident_first(dataset: Dataset) -> None:
    store(dataset, detections("a.png", "b.png"))
    boxes = describe_sample(dataset, 1)["boxes"]
    assert boxes == [
        {"x0": 0.5, "y0": 0, "x1": 1, "y1": 0.5, "label": "dog", "score": 0.75},
        {"x0": 0, "y0": 0, "x1": 1, "y1": 1, "label": "cat", "score": 0.25},
    ]
    assert describe_sample(dataset, 5)["boxes"] == []


@pytest.fixture
def wide_image(dataset: Dataset, tmp_path: Path) -> Dataset:
    """An image of 40 x 20 pixels for the first sample."""
    (tmp_path / "images").mkdir()
    Image.new("RGB", (40, 20)).save(tmp_path / "images" / "a.png")
    dataset.set_images_dir(tmp_path / "images")
    return dataset


def test_a_card_shows_keypoints_as_shares_of_the_image(wide_image: Dataset) -> None:
    found = KeypointPrediction([KeypointInstancePrediction([10, 5, 0.5, 30, 10, 0], category_id=0)])
    store(wide_image, Predictions(["a.png", "b.png"], ["person"], [found, found], KEYPOINTS))
    assert describe_sample(wide_image, 0)["keypoints"] == [{"x": 0.25, "y": 0.25, "label": "person", "score": 0.5}]
    assert describe_sample(wide_image, 1)["keypoints"] == []


def left_and_right() -> Predictions:
    """Of two samples, one map that is background on the left and cat on the right, and one without height."""
    sides = np.float32([[[0.75, 0.25], [0, 1]]] * 2)
    return Predictions(["c.png", "b.png"], ["background", "cat"], [sides, sides[:1]], SEGMENTATION)


def test_a_probability_map_is_stored_as_the_class_at_each_position(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    annotations = read_annotations(dataset)
    assert annotations
    grid = annotations.mask_of(2)
    assert grid is not None
    assert (grid == np.repeat([0, 1], 32)).all()
    assert annotations.mask_of(1) is None
    taken = annotations.take(np.array([5, 2])).mask_of(1)
    assert (taken == grid).all()


def test_a_card_shades_a_mask_but_for_its_background(dataset: Dataset) -> None:
    store(dataset, left_and_right())
    facts = describe_sample(dataset, 2)
    assert facts["classes"] == [("background", 0.5), ("cat", 0.5)]
    assert facts["has_mask"]
    assert list(facts["colors"]) == ["cat"]
    png = read_mask(dataset, 2)
    assert png
    with Image.open(io.BytesIO(png)) as shaded:
        assert [shaded.getpixel((x, 10))[3] for x in (0, 31, 32, 63)] == [0, 0, 255, 255]
    assert read_mask(dataset, 0) is None


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


@pytest.fixture
def tag_with_images(dataset: Dataset, tmp_path: Path) -> tuple[Dataset, Path]:
    images = tmp_path / "images"
    images.mkdir()
    for name in FILENAMES:
        Image.new("RGB", (4, 4)).save(images / name)
    dataset.set_images_dir(images)
    dataset.create_tag("two", np.array([4, 1]))
    return dataset, images


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
    assert told[2] == "CVAT needs class probabilities, boxes or keypoints: store predictions first"
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


def test_the_demo_says_that_a_zip_takes_fewer_images(demo_home: Path) -> None:
    with Workspace(demo_home) as workspace:
        digits = workspace.dataset("digits")
        assert export_obstacle(digits, digits.tag(INITIAL_TAG), "images") == (
            "Images takes up to 1,000 samples, not 1,797: choose a smaller tag"
        )


def test_the_example_file_is_read_back_whatever_the_filenames_hold(workspace: Workspace, tmp_path: Path) -> None:
    names = ['a, "b".png', "plain.png"]
    dataset = workspace.create_dataset("odd names", names)
    path = tmp_path / "example.csv"
    path.write_bytes(exports.example_predictions(dataset))
    found = read_predictions(path)
    assert isinstance(found, Predictions)
    assert (list(found.filenames), list(found.class_names)) == (names, ["cat", "dog"])
