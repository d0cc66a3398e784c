from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.exceptions import NotFoundError
from al_core.steps.sample_image import make_thumbnail, read_image
from al_core.store import LocalDataset, Workspace
from al_core.store.records import SampleImage


@pytest.fixture
def photos(workspace: Workspace, tmp_path: Path) -> LocalDataset:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (400, 300), "red").save(folder / "red.png")
    (folder / "broken.png").write_bytes(b"no image")
    workflow.create_dataset(workspace, "photos", ["red.png", "broken.png", "gone.png"], np.eye(3), images_dir=folder)
    return workspace.dataset("photos")


def size_of(image: SampleImage) -> tuple[int, int]:
    with Image.open(image.source) as picture:
        return picture.size


def test_the_full_image_is_the_file_in_the_images_folder(photos: LocalDataset) -> None:
    assert photos.images_dir is not None
    assert read_image(photos, 0, "full") == SampleImage("image/png", photos.images_dir / "red.png")
    assert read_image(photos, 2, "full") is None


def test_a_thumbnail_is_made_once_and_again_when_the_image_changes(photos: LocalDataset) -> None:
    first = read_image(photos, 0, "thumbnail")
    assert first is not None
    assert first.path is not None
    assert size_of(first) == (192, 144)
    first.path.write_bytes(b"made before")
    assert read_image(photos, 0, "thumbnail") == first
    assert first.path.read_bytes() == b"made before"
    assert photos.images_dir is not None
    Image.new("RGB", (100, 100), "blue").save(photos.images_dir / "red.png")
    second = read_image(photos, 0, "thumbnail")
    assert second is not None
    assert size_of(second) == (100, 100)


def test_a_broken_image_has_no_thumbnail(photos: LocalDataset) -> None:
    assert photos.images_dir is not None
    assert make_thumbnail(photos.images_dir / "broken.png") is None
    assert read_image(photos, 1, "thumbnail") is None


def test_a_thumbnail_that_a_client_sent_comes_first(photos: LocalDataset) -> None:
    photos.thumbnails_dir.mkdir()
    (photos.thumbnails_dir / "0.webp").write_bytes(b"sent")
    thumbnail = read_image(photos, 0, "thumbnail")
    assert thumbnail == SampleImage("image/webp", photos.thumbnails_dir / "0.webp")


def test_a_missing_row_is_refused(photos: LocalDataset) -> None:
    with pytest.raises(NotFoundError, match="rows 0 to 2, not 3"):
        read_image(photos, 3, "full")
