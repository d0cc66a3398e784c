from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


def test_vectors_in_folders_are_named_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    np.save(tmp_path / "train" / "a.jpg.npy", np.array([1.0, 2.0]))
    np.save(tmp_path / "b.npy", np.array([[3.0, 4.0]]))
    table = read_embeddings(tmp_path)
    assert table.filenames == ["b", "train/a.jpg"]
    assert table.embeddings.tolist() == [[3, 4], [1, 2]]


@pytest.mark.parametrize("odd", [np.ones((2, 2)), np.array([1, 2]), np.ones(3)])
def test_a_file_without_a_vector_of_the_same_length_is_named(tmp_path: Path, odd: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", np.array([1.0, 2.0]))
    np.save(tmp_path / "b.npy", odd)
    with pytest.raises(FileFormatError, match=r"/b\.npy"):
        read_embeddings(tmp_path)
