from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.store import files


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    files.write_array(path, np.arange(3))
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        files.write_array(path, np.array([object()]))
    assert files.read_array(path).tolist() == [0, 1, 2]
    assert list(tmp_path.iterdir()) == [path]


def test_the_digest_depends_on_type_and_shape_too() -> None:
    arrays: list[NDArray[Any]] = [
        np.zeros(4),
        np.zeros((2, 2)),
        np.zeros(4, np.float32),
        np.zeros(8, np.float32),
        np.ones(4),
    ]
    assert len({files.array_digest(array) for array in arrays}) == len(arrays)
    assert files.array_digest(np.arange(6)[::2]) == files.array_digest(np.array([0, 2, 4]))


def test_filenames_come_back_as_they_were(tmp_path: Path) -> None:
    files.write_filenames(tmp_path / "filenames.arrow", ["b.png", "ä.png", "a.png"])
    assert files.read_filenames(tmp_path / "filenames.arrow").to_pylist() == ["b.png", "ä.png", "a.png"]
