from pathlib import Path

import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import resolve_image
from al_core.formats.files.images import missing_images, open_resolved


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b c.JPG", "notes.txt", "drawing.svg"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "images-other").mkdir()
    (tmp_path / "images-other" / "a.png").write_bytes(b"x")
    return folder


@pytest.mark.parametrize("name", ["a.png", "sub/b c.JPG", "./a.png", "sub/../a.png"])
def test_an_image_in_the_folder_is_found(images: Path, name: str) -> None:
    assert resolve_image(images, name) == (images / name).resolve()


@pytest.mark.parametrize(
    "name",
    ["none.png", "notes.txt", "drawing.svg", "sub", "", "a\0.png", "x" * 5000 + ".png", "<script>.png", "a.png/"],
)
def test_a_missing_file_or_one_that_is_not_an_image_gives_none(images: Path, name: str) -> None:
    found = resolve_image(images, name)
    assert found is None or found == images / "a.png"


@pytest.mark.parametrize("name", ["../secret.png", "../images-other/a.png", "/etc/passwd", "sub/../../secret.png"])
def test_a_path_out_of_the_folder_is_refused(images: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="leads out of the images folder; keep every image inside it"):
        resolve_image(images, name)


def test_a_link_out_of_the_folder_is_refused_and_one_inside_followed(images: Path) -> None:
    (images / "out.png").symlink_to(images.parent / "secret.png")
    (images / "in.png").symlink_to(images / "a.png")
    with pytest.raises(InvalidInputError, match=r"'out\.png' leads out"):
        resolve_image(images, "out.png")
    assert resolve_image(images, "in.png") == images / "a.png"


def test_a_link_to_another_kind_of_file_or_in_a_circle_gives_none(images: Path) -> None:
    (images / "text.png").symlink_to(images / "notes.txt")
    (images / "circle.png").symlink_to(images / "circle.png")
    assert resolve_image(images, "text.png") is None
    assert resolve_image(images, "circle.png") is None


def test_the_folder_itself_may_be_a_link(images: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(images)
    assert resolve_image(tmp_path / "link", "a.png") == images / "a.png"


def test_missing_images_are_those_that_resolve_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    for name in ("a.png", "day/b.JPG", "notes.txt", "day/c.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.png").symlink_to("a.png")
    (tmp_path / "text.png").symlink_to("notes.txt")
    (tmp_path / "night").symlink_to("day")
    (tmp_path / "folder.png").mkdir()
    names = ["a.png", "day/b.JPG", "night/b.JPG", "day/../a.png", "./a.png", "link.png"]
    absent = ["A.png", "day/a.png", "gone/a.png", "notes.txt", "text.png", "folder.png", "a.png/b.png", "x" * 5000]
    assert [name for name in names + absent if resolve_image(tmp_path, name) is None] == absent
    assert missing_images(tmp_path, names + absent) == absent


def test_missing_images_never_look_outside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (tmp_path / "images" / "out").symlink_to(tmp_path)
    for name in ("../secret.png", "out/secret.png", str(tmp_path / "secret.png")):
        with pytest.raises(InvalidInputError, match="leads out of the images folder"):
            missing_images(tmp_path / "images", [name])


def test_an_image_is_opened_where_it_was_found(images: Path) -> None:
    path = resolve_image(images, "sub/b c.JPG")
    assert path is not None
    with open_resolved(path) as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("swapped", ["sub/b c.JPG", "sub"])
def test_a_link_that_takes_the_place_of_an_image_or_its_folder_is_not_followed(images: Path, swapped: str) -> None:
    path = resolve_image(images, "sub/b c.JPG")
    assert path is not None
    outside = images.parent / "outside"
    (images / swapped).rename(outside)
    (images / swapped).symlink_to(outside)
    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        open_resolved(path)
