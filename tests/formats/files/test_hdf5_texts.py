from pathlib import Path

import h5py
import pytest

from al_core.formats.files.hdf5_texts import read_texts

NAMES = ["a.png", "", "ä/雪.jpg", "x" * 5000]


@pytest.mark.parametrize("options", [{}, {"chunks": (3,)}, {"chunks": (2,), "compression": "gzip"}])
def test_texts_of_any_length_are_those_that_h5py_reads(tmp_path: Path, options: dict[str, object]) -> None:
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("names", data=NAMES * 50, dtype=h5py.string_dtype(), **options)
    with h5py.File(path, "r") as file:
        column = file["names"]
        assert read_texts(path, column) == NAMES * 50 == column.asstr()[()].tolist()
