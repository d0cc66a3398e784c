from pathlib import Path

import pytest

from ui import folder_picker
from ui.folder_picker import list_folder


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    for name in ("Cats", "cars", "dogs", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.JPG").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    return tmp_path


def test_a_folder_shows_its_subfolders_and_how_many_images_lie_in_it(disk: Path) -> None:
    listing = list_folder(str(disk), Path("/"))
    assert (listing.folder, listing.subfolders, listing.n_images) == (disk, ("cars", "Cats", "dogs"), 2)


def test_the_beginning_of_a_name_is_completed_whatever_its_case(disk: Path) -> None:
    assert list_folder(f"{disk}/CA", Path("/")).subfolders == ("cars", "Cats")
    assert list_folder(f"{disk}/x", Path("/")).subfolders == ()
    # Of a path that is wrong further up, the folders at the place where it goes wrong.
    assert list_folder(f"{disk}/do/further/down", Path("/")).subfolders == ("dogs",)


@pytest.mark.parametrize("typed", ["", "\0", "relative/path"])
def test_what_names_no_place_begins_at_home(disk: Path, typed: str) -> None:
    assert list_folder(typed, disk).folder in (disk, Path())


def test_a_folder_that_may_not_be_read_is_empty(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert list_folder(str(disk), Path("/")).subfolders == ()


def test_a_folder_of_millions_is_read_in_part(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_picker, "MOST_READ", 2)
    assert list_folder(str(disk), Path("/")).is_cut
