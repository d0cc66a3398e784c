from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import ReadingChoices, join_report, read_labels


def folder(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "set"


def test_a_folder_is_the_class_of_its_images(tmp_path: Path) -> None:
    path = folder(tmp_path, "train/cat/a.jpg", "train/big dog/b.JPG", "cat/c.png", "cat/notes.txt", "cat/.hidden.png")
    labels = read_labels(path, ReadingChoices(format="folders"))
    assert labels.class_names == ["big dog", "cat"]
    assert labels.filenames == ["cat/c.png", "train/big dog/b.JPG", "train/cat/a.jpg"]
    assert join_report(["a.jpg", "b.JPG", "c.png"], labels).rows.tolist() == [2, 1, 0]


def test_images_in_no_folder_of_a_class_are_open(tmp_path: Path) -> None:
    labels = read_labels(folder(tmp_path, "cat/a.jpg", "unlabeled/b.jpg", "c.jpg", "images/d.jpg"))
    assert labels.filenames == ["cat/a.jpg"]
    assert labels.open_filenames == ["c.jpg", "images/d.jpg", "unlabeled/b.jpg"]


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="set holds no images"):
        read_labels(folder(tmp_path, "cat/a.md"), ReadingChoices(format="folders"))
