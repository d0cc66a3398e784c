import zipfile
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import PredictionFiles, read_embeddings, read_labels, read_prediction_files

TABLE = "filename,label\na.jpg,cat\n"


def packed(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, TABLE)
    return path


def test_splits_of_a_table_are_added_one_after_the_other(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", "README.txt", "train/_annotations.csv", "valid/_annotations.csv", "train/a.jpg")
    message = "an archive of 2 tables such as 'train/_annotations.csv', .*; add one after the other, unpacked; .*concat"
    with pytest.raises(FileFormatError, match=rf"^x\.zip is {message}"):
        read_labels(path)
    with pytest.raises(FileFormatError, match=message):
        read_prediction_files(PredictionFiles(path))


def test_the_table_of_a_data_set_on_disk_is_added_alone(tmp_path: Path) -> None:
    for name in ("data-00000-of-00001.arrow", "dataset_info.json", "state.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(
        FileFormatError, match=r"a folder with the table 'data-00000-of-00001\.arrow' and other files; add"
    ):
        read_embeddings(tmp_path)


def test_a_folder_with_other_files_is_something_else(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", "a.csv", "b.csv", "model.bin")
    with pytest.raises(FileFormatError, match="of no known format"):
        read_labels(path)


def test_an_array_and_its_filenames_are_added_as_two_files(tmp_path: Path) -> None:
    np.save(tmp_path / "features.npy", np.eye(2))
    (tmp_path / "filenames.json").write_text('["a.jpg", "b.jpg"]')
    with pytest.raises(
        FileFormatError, match=r"with the array 'features\.npy' and other files; add the array, and the file"
    ):
        read_embeddings(tmp_path)
