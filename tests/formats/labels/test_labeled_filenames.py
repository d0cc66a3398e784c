import gzip
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError, NotFoundError
from al_core.formats import read_labeled_filenames, worker
from tests.formats.labels.test_readers import EXAMPLES


def test_a_list_says_that_all_of_it_is_labeled(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("images/a.png\nimages/b.png\n")
    assert read_labeled_filenames(tmp_path / "train.txt") == ["images/a.png", "images/b.png"]
    (tmp_path / "list.csv").write_text("filename,rank\na.png,1\nb.png,2\n")
    assert read_labeled_filenames(tmp_path / "list.csv") == ["a.png", "b.png"]


def test_labels_say_it_of_those_that_have_one(tmp_path: Path) -> None:
    content = "filename,label\na.png,cat\nb.png,\na.png,dog\n"
    (tmp_path / "labels.csv").write_text(content)
    (tmp_path / "labels.csv.gz").write_bytes(gzip.compress(content.encode()))
    assert read_labeled_filenames(tmp_path / "labels.csv") == ["a.png"]
    assert read_labeled_filenames(tmp_path / "labels.csv.gz") == ["a.png"]
    assert worker.read_labeled_filenames(tmp_path / "labels.csv") == ["a.png"]


@pytest.mark.parametrize(
    "name", ["label-studio.json", "cvat.xml", "cvat--zip.zip", "coco.json", "yolo.zip", "labelbox.ndjson"]
)
def test_exports_of_tools_are_taken_as_they_are(name: str) -> None:
    assert len(read_labeled_filenames(EXAMPLES / name)) == 10


def test_a_folder_is_one_of_labels(tmp_path: Path) -> None:
    (tmp_path / "set" / "cat").mkdir(parents=True)
    (tmp_path / "set" / "cat" / "a.png").write_bytes(b"x")
    assert read_labeled_filenames(tmp_path / "set") == ["cat/a.png"]


def test_a_file_without_a_labeled_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("filename,label\na.png,\nb.png,\n")
    with pytest.raises(FileFormatError, match=r"labels\.csv lists 2 images, but none of them has a label"):
        read_labeled_filenames(tmp_path / "labels.csv")
    with pytest.raises(NotFoundError):
        read_labeled_filenames(tmp_path / "none.csv")
