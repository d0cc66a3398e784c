import os
from pathlib import Path

import pytest

from al_core.exceptions import InvalidInputError
from al_core.store.local_images import LocalImages, check_images_place


@pytest.fixture
def images(tmp_path: Path) -> LocalImages:
    folder = tmp_path / "images of a project"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"pixels")
    (tmp_path / "outside.png").write_bytes(b"secret")
    return LocalImages(tmp_path / "dataset", str(folder))


def test_an_image_of_the_folder_is_read_by_its_name(images: LocalImages) -> None:
    image = images.read("a.png")
    assert image is not None
    assert (image.media_type, image.path) == ("image/png", images.folder and images.folder / "a.png")
    assert images.has("a.png")


@pytest.mark.parametrize("filename", ["b.png", "../outside.png"])
def test_what_is_not_inside_the_folder_is_not_there(images: LocalImages, filename: str) -> None:
    assert images.read(filename) is None
    assert not images.has(filename)


def test_without_a_place_only_thumbnails_are_shown(tmp_path: Path) -> None:
    images = LocalImages(tmp_path, None)
    assert (images.has_any, images.has("a.png"), images.thumbnail(7)) == (False, False, None)
    images.thumbnails_dir.mkdir()
    (images.thumbnails_dir / "7.webp").write_bytes(b"small")
    thumbnail = images.thumbnail(7)
    assert thumbnail is not None
    assert thumbnail.media_type == "image/webp"
    assert images.has_any


def test_an_address_is_no_folder(tmp_path: Path) -> None:
    images = LocalImages(tmp_path, "s3://bucket/images")
    assert (images.folder, images.address, images.has_any) == (None, "s3://bucket/images", True)


def test_an_address_that_became_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="was an address before it became a path"):
        check_images_place(Path("s3://bucket/images"))
    with pytest.raises(InvalidInputError, match="is not a folder on this machine"):
        check_images_place(tmp_path / "nowhere")
    latin_1 = tmp_path / os.fsdecode(b"caf\xe9")
    latin_1.mkdir()
    with pytest.raises(InvalidInputError, match=r"caf\\udce9 is not UTF-8; rename the folder, or move the images"):
        check_images_place(latin_1)
