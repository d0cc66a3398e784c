import os
from pathlib import Path

import pytest

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError
from al_core.steps.dropped_images import (
    DroppedFile,
    DroppedSizes,
    check_image_name,
    is_there,
    keep_image,
    own_images_folder,
)
from al_core.store import Workspace

FILE = DroppedFile("cats/a.png", 3, 1_700_000_000_123)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path / "images"


def body(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / f"body-{os.urandom(4).hex()}"
    path.write_bytes(content)
    return path


def test_an_image_that_was_kept_is_there_by_name_size_and_time(folder: Path, tmp_path: Path) -> None:
    assert not is_there(folder, FILE)
    assert keep_image(folder, FILE, body(tmp_path, b"abc"))
    assert (folder / "cats" / "a.png").read_bytes() == b"abc"
    assert is_there(folder, FILE)
    assert not is_there(folder, DroppedFile("cats/a.png", 4, FILE.modified))
    assert not is_there(folder, DroppedFile("cats/a.png", 3, FILE.modified + 1))


def test_the_same_content_again_is_not_new_and_takes_the_time_it_has_now(folder: Path, tmp_path: Path) -> None:
    keep_image(folder, FILE, body(tmp_path, b"abc"))
    copied = DroppedFile("cats/a.png", 3, FILE.modified + 5000)
    assert not keep_image(folder, copied, body(tmp_path, b"abc"))
    assert is_there(folder, copied)


def test_another_image_of_the_same_name_never_takes_its_place(folder: Path, tmp_path: Path) -> None:
    keep_image(folder, FILE, body(tmp_path, b"abc"))
    with pytest.raises(AlreadyExistsError, match="is there with another content"):
        keep_image(folder, FILE, body(tmp_path, b"xyz"))
    assert (folder / "cats" / "a.png").read_bytes() == b"abc"


def test_half_an_image_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="2 bytes of 3 came; send it again"):
        keep_image(folder, FILE, body(tmp_path, b"ab"))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "../a.png",
        "/a.png",
        "a/../../b.png",
        "a\\b.png",
        "./a.png",
        "a//b.png",
        "",
        "a\0.png",
        "a\n.png",
        "x" * 300 + ".png",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        check_image_name(name)


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a", "png", "a.png.exe"])
def test_what_is_no_image_by_its_suffix_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is not an image by its suffix"):
        check_image_name(name)


def test_nothing_is_written_through_a_link(folder: Path, tmp_path: Path) -> None:
    (folder / "cats").symlink_to(tmp_path)
    with pytest.raises(InvalidInputError, match="leads out of the folder"):
        keep_image(folder, FILE, body(tmp_path, b"abc"))


def test_nothing_is_written_to_a_folder_outside_the_workspace(workspace: Workspace, folder: Path) -> None:
    dataset = workspace.create_dataset("cats", images_dir=folder)
    with pytest.raises(NotAllowedError, match="nothing is written to it"):
        own_images_folder(dataset)


def test_a_dataset_without_images_gets_a_folder_inside_the_workspace(workspace: Workspace) -> None:
    dataset = workspace.create_dataset("cats")
    assert own_images_folder(dataset).is_relative_to(workspace.home)
    assert workspace.dataset("cats").images_dir == dataset.uploads_dir
    assert own_images_folder(dataset) == dataset.uploads_dir


def test_a_dataset_takes_so_many_images_and_no_more(folder: Path, tmp_path: Path) -> None:
    keep_image(folder, FILE, body(tmp_path, b"abc"))
    sizes = DroppedSizes(most_files=2, most_bytes=10)
    assert sizes.of(folder) == (1, 3)
    more = DroppedFile("b.png", 7, 0)
    sizes.check(folder, [more])
    with pytest.raises(NotAllowedError, match="AL_CORE_MAX_DROP_FILES"):
        sizes.check(folder, [more, more])
    with pytest.raises(NotAllowedError, match="AL_CORE_MAX_DROP_MB"):
        sizes.check(folder, [DroppedFile("b.png", 8, 0)])
    sizes.add(folder, 7)
    assert sizes.of(folder) == (2, 10)
