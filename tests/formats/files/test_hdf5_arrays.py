from pathlib import Path

import h5py
import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.hdf5_arrays import hdf5_arrays


def test_arrays_are_listed_with_their_groups_and_read_when_asked_for(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["run/x"] = np.eye(2, dtype="f8")
        file["names"] = ["a", "b"]
        file["empty"] = np.zeros(0)
    with hdf5_arrays(tmp_path / "a.h5") as arrays:
        assert list(arrays.by_name) == ["names", "run/x"]
        assert (arrays.shapes, arrays.matrices) == ({"run/x": (2, 2)}, {"run/x": (2, 2)})
        assert arrays.floats("run/x").tolist() == [[1, 0], [0, 1]]
        assert arrays.filenames(2) == ["a", "b"]


def test_values_in_another_file_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (4, 2), "f8", external=[(str(tmp_path / "secret.bin"), 0, 64)])
    with pytest.raises(FileFormatError, match="the values are in another file"), hdf5_arrays(tmp_path / "a.h5"):
        pass


def test_a_file_with_more_arrays_than_are_read_is_refused_and_never_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for number in range(4):
            file[f"{number}.png"] = np.ones(2)
    with hdf5_arrays(tmp_path / "a.h5") as arrays:
        assert len(arrays.by_name) == 4
    monkeypatch.setattr("al_core.formats.files.hdf5_arrays._MAX_DATASETS", 3)
    with pytest.raises(FileFormatError, match="more than 3 arrays; write one matrix"), hdf5_arrays(tmp_path / "a.h5"):
        pass
