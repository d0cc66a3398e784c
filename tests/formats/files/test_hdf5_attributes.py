from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from al_core.formats import read_predictions
from al_core.formats.files.hdf5_attributes import attribute_texts

NAMES = ["cat", "größe", "dog, small"]
LIBRARY_VERSIONS = [None, "latest"]


def written(path: Path, value: Any, libver: Any = None, *, of_matrix: bool = False) -> Path:
    with h5py.File(path, "w", libver=libver) as file:
        file["probs"] = np.array([[0.5, 0.25, 0.25]])
        file["names"] = ["a.png"]
        (file["probs"] if of_matrix else file).attrs["class_names"] = value
    return path


@pytest.mark.parametrize("libver", LIBRARY_VERSIONS)
@pytest.mark.parametrize("of_matrix", [False, True])
@pytest.mark.parametrize(
    "value", [NAMES, np.array([name.encode() for name in NAMES]), '["cat", "größe", "dog, small"]'], ids=str
)
def test_class_names_in_an_attribute_name_the_columns(tmp_path: Path, value: Any, libver: Any, of_matrix: bool) -> None:
    path = written(tmp_path / "p.h5", value, libver, of_matrix=of_matrix)
    assert read_predictions(path).class_names == NAMES


def test_one_text_with_commas_is_a_list(tmp_path: Path) -> None:
    assert read_predictions(written(tmp_path / "p.h5", "cat, dog,owl")).class_names == ["cat", "dog", "owl"]


def test_attributes_of_other_lengths_and_kinds_name_no_classes(tmp_path: Path) -> None:
    for value in (["cat", "dog"], np.arange(3), "cat"):
        predictions = read_predictions(written(tmp_path / "p.h5", value))
        assert predictions.class_names == ["class_0", "class_1", "class_2"]


def test_a_text_that_is_not_in_the_file_is_no_name(tmp_path: Path) -> None:
    path = written(tmp_path / "p.h5", NAMES)
    content = path.read_bytes()
    # The heap that holds the texts begins with its signature.
    path.write_bytes(content.replace(b"GCOL", b"XCOL"))
    with h5py.File(path) as file:
        assert attribute_texts(path, file, "class_names") is None
