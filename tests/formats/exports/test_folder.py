from dataclasses import replace
from pathlib import Path

import pytest

from al_core.exceptions import AlreadyExistsError, Cancelled, InvalidInputError, MissingInputError
from al_core.formats.exports.folder import fill_folder
from al_core.formats.exports.rows import ExportRows
from tests.formats.exports.samples import NAMES


@pytest.mark.parametrize("link", [False, True])
def test_images_keep_their_names_and_content(rows: ExportRows, tmp_path: Path, link: bool) -> None:
    folder = tmp_path / "out"
    paths = fill_folder(rows, folder, link=link)
    assert paths == [folder / name for name in NAMES]
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in rows.image_paths]
    assert [path.is_symlink() for path in paths] == [link] * 3


def test_a_folder_with_anything_in_it_is_left_alone(rows: ExportRows, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(AlreadyExistsError, match="is not empty"):
        fill_folder(rows, folder, link=False)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("exists", [False, True])
def test_nothing_is_left_of_a_copy_that_was_canceled(rows: ExportRows, tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "out"
    if exists:
        folder.mkdir()

    def cancel(done: int, total: int) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        fill_folder(rows, folder, link=False, progress=cancel)
    assert folder.exists() == exists
    assert not exists or not any(folder.iterdir())


def test_a_missing_image_is_named_before_anything_is_copied(rows: ExportRows, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"the first is 'gone\.png'"):
        fill_folder(replace(rows, filenames=["gone.png"], scores=None), tmp_path / "out", link=False)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(rows: ExportRows, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written: Not a directory"):
        fill_folder(rows, tmp_path / "file" / "out", link=False)
