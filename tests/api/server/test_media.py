import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from al_core import workflow
from al_core.api.server.media import media_app
from al_core.formats import Predictions
from al_core.store import Dataset, Workspace
from tests.patience import PATIENCE
from tests.serving import served

NAMES = ["cat.png", "../secret.png", "missing.png", "broken.jpg", "notes.txt", "<script>.png"]


@pytest.fixture
def images(workspace: Workspace, tmp_path: Path) -> Dataset:
    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (400, 300), "red").save(folder / "cat.png")
    Image.new("RGB", (8, 8), "blue").save(folder / "<script>.png")
    Image.new("RGB", (8, 8), "green").save(tmp_path / "secret.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 no image")
    (folder / "notes.txt").write_text("private")
    return workflow.create_dataset(workspace, "images", NAMES, np.eye(6), images_dir=folder)


Get = Callable[[str], requests.Response]


@pytest.fixture
def get(workspace: Workspace) -> Iterator[Get]:
    with served(media_app(workspace.dataset)) as address:
        yield lambda path: requests.get(address + path, timeout=PATIENCE)


def test_a_thumbnail_keeps_the_proportions_and_is_small(images: Dataset, get: Get) -> None:
    answer = get(f"/{images.id}/0")
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (192, 144)


def test_the_full_image_is_the_file_itself(images: Dataset, get: Get) -> None:
    assert images.images_dir is not None
    assert get(f"/{images.id}/0/full").content == (images.images_dir / "cat.png").read_bytes()


def test_tiles_are_described_many_at_a_time(images: Dataset, get: Get) -> None:
    tiles = get(f"/{images.id}/tiles?rows=5,0").json()["tiles"]
    assert [(tile["row"], tile["filename"]) for tile in tiles] == [(5, "<script>.png"), (0, "cat.png")]


@pytest.mark.parametrize("rows", ["", "6", "-1", "1,x", "٣", "9" * 30])
def test_rows_that_are_none_are_not_found(images: Dataset, get: Get, rows: str) -> None:
    assert get(f"/{images.id}/tiles?rows={rows}").status_code == 404


@pytest.mark.parametrize("row", [1, 2, 3, 4])
def test_what_cannot_be_shown_is_a_placeholder(images: Dataset, get: Get, row: int) -> None:
    assert get(f"/{images.id}/{row}").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("row", [1, 2, 4])
def test_no_file_outside_the_folder_is_sent(images: Dataset, get: Get, row: int) -> None:
    assert get(f"/{images.id}/{row}/full").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("path", ["/{id}/6", "/{id}/6.json", "/unknown/0", "/unknown/0.json"])
def test_an_unknown_sample_or_dataset_is_a_404_with_a_sentence(images: Dataset, get: Get, path: str) -> None:
    answer = get(path.format(id=images.id))
    assert answer.status_code == 404
    assert "dataset" in answer.json()["message"]


def test_a_card_has_filename_scores_and_the_likeliest_classes(images: Dataset, get: Get) -> None:
    probabilities = np.array([[0.25, 0.75]], np.float32)
    predictions = Predictions(["cat.png"], ["dog", "cat"], probabilities)
    workflow.store_predictions(images, predictions, workflow.check_predictions(images, predictions))
    card = get(f"/{images.id}/0.json").json()
    assert (card["filename"], card["classes"]) == ("cat.png", [["cat", 0.75], ["dog", 0.25]])
    assert card["scores"]["uncertainty_margin"] == pytest.approx(0.5)
    empty = get(f"/{images.id}/5.json").json()
    assert (empty["row"], empty["filename"], empty["scores"], empty["classes"]) == (5, "<script>.png", {}, [])


def test_a_thumbnail_is_made_once_and_again_when_the_image_changes(images: Dataset, get: Get) -> None:
    first = get(f"/{images.id}/0").content
    assert images.thumbnails_dir
    (kept,) = images.thumbnails_dir.rglob("*.webp")
    kept.write_bytes(b"as it was kept")
    assert get(f"/{images.id}/0").content == b"as it was kept"
    assert images.images_dir is not None
    Image.new("RGB", (400, 300), "blue").save(images.images_dir / "cat.png")
    assert get(f"/{images.id}/0").content not in (first, b"as it was kept")


def test_a_thumbnail_of_another_folder_is_not_mistaken(images: Dataset, get: Get, tmp_path: Path) -> None:
    red = get(f"/{images.id}/0").content
    (tmp_path / "other").mkdir()
    Image.new("RGB", (400, 300), "blue").save(tmp_path / "other" / "cat.png")
    images.set_images_dir(tmp_path / "other")
    assert get(f"/{images.id}/0").content != red


def test_thumbnails_show_what_the_model_sees(images: Dataset, get: Get) -> None:
    assert images.images_dir is not None
    Image.fromarray(np.full((20, 20), 128 * 256, np.uint16)).save(images.images_dir / "cat.png")
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(images.images_dir / "<script>.png")
    for row, level in ((0, 128), (5, 255)):
        with Image.open(io.BytesIO(get(f"/{images.id}/{row}").content)) as thumbnail:
            assert thumbnail.convert("L").getpixel((10, 10)) == pytest.approx(level, abs=2)
