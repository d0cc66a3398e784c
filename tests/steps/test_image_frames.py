import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import MissingInputError
from al_core.formats import Predictions
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, detection_predictions
from al_core.steps.exports import export_obstacle
from al_core.steps.image_frames import image_frames
from al_core.steps.predictions import read_annotations
from al_core.steps.sample_card import describe_sample
from al_core.store import INITIAL_TAG, Dataset, Kind, Workspace
from al_core.store.records import NewArrays
from tests.conftest import FILENAMES

IN_PIXELS = ("coco", "cvat", "yolo", "label-studio", "labelbox")


def in_pixels(sizes: np.ndarray | None = None) -> Predictions:
    boxes = Boxes(
        np.array([0, 1]),
        np.array([[2, 1, 4, 2]] * 2, np.float32),
        np.array([0.5, 0.75], np.float32),
        np.array([0, 0]),
        layout=Layout.EXTENT,
    )
    return detection_predictions("p", FILENAMES, ["cat"], boxes, sizes)


def store(dataset: Dataset, predictions: Predictions) -> list[str]:
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report)
    return report.sentences()


def corners(dataset: Dataset) -> list[list[float]]:
    annotations = read_annotations(dataset)
    assert annotations is not None
    return [[box.x0, box.y0, box.x1, box.y1] for row in (0, 1) for box in annotations.boxes_of(row)]


@pytest.fixture
def images(dataset: Dataset, tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in FILENAMES:
        Image.new("RGB", (8, 4)).save(folder / name)
    dataset.set_images_dir(folder)
    return folder


@pytest.mark.usefixtures("images")
def test_boxes_in_pixels_are_placed_by_the_images_themselves(dataset: Dataset) -> None:
    sentences = store(dataset, in_pixels())
    assert corners(dataset) == [[0.25, 0.25, 0.75, 0.75]] * 2
    assert not any("no known size" in sentence for sentence in sentences)
    assert [export_obstacle(dataset, dataset.tag(INITIAL_TAG), name) for name in IN_PIXELS] == [None] * 5


def test_boxes_in_pixels_are_placed_by_stored_widths_and_heights(dataset: Dataset) -> None:
    sizes = {"width": np.full(6, 16.0), "height": np.full(6, 4.0)}
    dataset.arrays.save(Kind.METADATA, sizes)
    store(dataset, in_pixels())
    assert corners(dataset) == [[0.125, 0.25, 0.375, 0.75]] * 2


def test_without_any_size_scores_are_there_and_places_are_not(dataset: Dataset) -> None:
    sentences = store(dataset, in_pixels())
    assert any("2 images have boxes in pixels and no known size" in sentence for sentence in sentences)
    assert np.isnan(corners(dataset)).all()
    score = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "objectness_least_confidence"))
    assert score.tolist()[:2] == [0.5, 0.25]
    assert describe_sample(dataset, 0).prediction.boxes == ()
    tag = dataset.tag(INITIAL_TAG)
    for name in IN_PIXELS:
        assert "needs the place of each box" in str(export_obstacle(dataset, tag, name))
        with pytest.raises(MissingInputError, match="store the predictions again"):
            workflow.export_tag(dataset, tag, name)
    assert export_obstacle(dataset, dataset.create_tag("others", np.array([4, 5])), "yolo") is None


def test_boxes_of_an_annotation_file_with_stored_pixels_are_turned_by_the_header(
    dataset: Dataset, images: Path
) -> None:
    turned = Image.new("RGB", (8, 4))
    turned.getexif()[0x0112] = 6
    turned.save(images / FILENAMES[1], "JPEG", exif=turned.getexif())
    # Metadata knows the sizes, but not how the image is turned.
    sizes = {"width": np.array([8.0, 4, 8, 8, 8, 8]), "height": np.array([4.0, 8, 4, 4, 4, 4])}
    dataset.arrays.save(Kind.METADATA, sizes)
    sentences = store(dataset, in_pixels(np.full((6, 2), [8.0, 4.0])))
    assert corners(dataset) == [[0.25, 0.25, 0.75, 0.75], [0.25, 0.25, 0.75, 0.75]]
    assert any("turned upright" in sentence for sentence in sentences)


def test_without_images_nothing_is_known_of_their_frames(dataset: Dataset) -> None:
    assert image_frames(dataset, np.array([0, 1])).to_json() == [[0, 0, 0]] * 2


def test_the_frames_of_a_few_images_fetch_no_whole_column_from_a_bucket(workspace_in_a_bucket: Workspace) -> None:
    n_samples = 20_000
    widths = np.arange(1, n_samples + 1, dtype=np.float64)
    sizes = NewArrays(Kind.METADATA, {"width": widths, "height": np.ones(n_samples)})
    filenames = [f"{row}.png" for row in range(n_samples)]
    dataset = workspace_in_a_bucket.create_dataset("many", filenames, arrays=[sizes])
    # What was written is here already; another machine has nothing of it.
    cache = workspace_in_a_bucket.home / "cache"
    shutil.rmtree(cache)
    assert image_frames(dataset, np.array([3, 19_000])).sizes.tolist() == [[4, 1], [19_001, 1]]
    assert not list(cache.glob("*.npy"))
