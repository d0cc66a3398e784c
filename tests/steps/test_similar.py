"""Images that look like others."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import FileFormatError, InvalidInputError, MissingInputError
from al_core.store import Dataset, Workspace

ANGLES = np.radians([0.0, 10, 30, 80, 20])


@pytest.fixture
def fan(workspace: Workspace) -> Dataset:
    """Five images whose embeddings are directions in a plane, of different lengths."""
    vectors = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1) * np.arange(1, 6)[:, None]
    return workflow.create_dataset(workspace, "fan", list("abcde"), vectors.astype(np.float32))


def test_the_nearest_come_first_and_the_image_itself_does_not(fan: Dataset) -> None:
    similar = workflow.find_similar(fan, np.array([0]), n_samples=3)
    assert similar.rows.tolist() == [1, 4, 2]
    # A chord of 10 degrees.
    assert similar.distances[0] == pytest.approx(2 * np.sin(np.radians(5)), abs=1e-6)


def test_several_images_are_looked_for_by_their_mean(fan: Dataset) -> None:
    assert workflow.find_similar(fan, np.array([0, 2]), n_samples=9).rows.tolist() == [1, 4, 3]


def test_a_vector_is_looked_for_as_it_is(fan: Dataset) -> None:
    assert workflow.find_similar(fan, vector=np.array([0.0, 1.0]), n_samples=1).rows.tolist() == [3]


@pytest.fixture
def photos(workspace: Workspace, tmp_path: Path) -> Dataset:
    """Three images, embedded by the bundled model."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name, color in (("blue.png", "blue"), ("navy.png", "navy"), ("red.png", "red")):
        Image.new("RGB", (64, 64), color).save(folder / name)
    return workflow.dataset_from_images(workspace, folder, "photos").dataset


def test_an_image_that_is_not_of_the_dataset_is_looked_for(photos: Dataset, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "mine.png")
    similar = workflow.find_similar(photos, image=tmp_path / "mine.png", n_samples=2)
    assert photos.filenames(similar.rows)[0] == "red.png"
    assert similar.distances[0] == pytest.approx(0, abs=1e-6)
    assert photos.n_samples == 3


def test_an_image_needs_the_model_that_made_the_embedding(fan: Dataset, photos: Dataset, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "mine.png")
    with pytest.raises(MissingInputError, match="only efficientnet-lite0 is at hand"):
        workflow.find_similar(fan, image=tmp_path / "mine.png")
    (tmp_path / "no.png").write_text("not an image")
    with pytest.raises(FileFormatError, match=r"no\.png"):
        workflow.find_similar(photos, image=tmp_path / "no.png")


def test_what_cannot_be_looked_for_is_refused(fan: Dataset, workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="at least one image"):
        workflow.find_similar(fan, np.array([], int))
    with pytest.raises(InvalidInputError, match="numbered from 0 to 4"):
        workflow.find_similar(fan, np.array([9]))
    with pytest.raises(MissingInputError, match="no embedding"):
        workflow.find_similar(workspace.create_dataset("bare", ["a"]), np.array([0]))
