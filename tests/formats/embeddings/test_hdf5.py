from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import DTypeLike

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings

VECTORS = np.array([[0.5, 1], [-1, 2e-3], [0, 4]], dtype=np.float32)
NAMES = ["b.png", "ü 1.png", "day/a.png"]


def hdf5(path: Path, **datasets: object) -> Path:
    with h5py.File(path / "embeddings.h5", "w") as file:
        for name, data in datasets.items():
            file[name] = data
    return path / "embeddings.h5"


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8"])
def test_floats_of_every_width_become_float32(tmp_path: Path, dtype: DTypeLike) -> None:
    table = read_embeddings(hdf5(tmp_path, embeddings=VECTORS.astype(dtype), filenames=NAMES))
    assert (table.filenames, table.embeddings.dtype) == (NAMES, np.dtype(np.float32))
    np.testing.assert_allclose(table.embeddings, VECTORS, rtol=1e-3)


@pytest.mark.parametrize(
    ("matrix", "names"), [("embeddings", "filenames"), ("run/one/Features", "run/paths"), ("arr_0", "index")]
)
def test_the_matrix_and_its_names_are_found_in_any_group(tmp_path: Path, matrix: str, names: str) -> None:
    table = read_embeddings(hdf5(tmp_path, **{matrix: VECTORS, names: NAMES, "epochs": 3, "ids": np.arange(3)}))
    assert table.filenames == NAMES
    np.testing.assert_array_equal(table.embeddings, VECTORS)


def test_names_of_fixed_length_are_read_too(tmp_path: Path) -> None:
    assert read_embeddings(hdf5(tmp_path, x=VECTORS, names=np.array(["b", "a", "c"], "S1"))).filenames == list("bac")


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_a_file_that_grew_in_chunks_is_read(tmp_path: Path, compression: str | None) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("embeddings", data=VECTORS, chunks=(2, 1), maxshape=(None, 2), compression=compression)
        options = {"dtype": h5py.string_dtype(), "chunks": (2,), "maxshape": (None,), "compression": compression}
        file.create_dataset("filenames", data=NAMES, **options)
    table = read_embeddings(tmp_path / "a.h5")
    assert table.filenames == NAMES
    np.testing.assert_array_equal(table.embeddings, VECTORS)


@pytest.mark.parametrize("labels", [[3, 1, 2], ["cat", "dog", "cat"]])
def test_labels_are_numbers_or_texts(tmp_path: Path, labels: list[Any]) -> None:
    table = read_embeddings(hdf5(tmp_path, embeddings=VECTORS, labels=labels))
    assert table.labels is not None
    assert table.labels.tolist() == labels


def test_filenames_may_come_from_a_second_file(tmp_path: Path) -> None:
    assert read_embeddings(hdf5(tmp_path, x=VECTORS), filenames=NAMES).filenames == NAMES


@pytest.mark.parametrize(
    ("datasets", "message"),
    [
        ({"x": VECTORS, "y": VECTORS}, "holds more than one matrix of floats .*'x' .*; name one of them 'embeddings'"),
        ({"x": VECTORS, "a": NAMES, "b": NAMES}, "2 lists of 3 texts"),
        ({"x": np.arange(6).reshape(3, 2)}, r"no matrix of floats \(samples, D\); it holds 'x' int64 \(3, 2\)"),
        ({"embeddings": VECTORS, "filenames": ["a", "a", "b"]}, "filename 'a' occurs 2 times"),
        ({"embeddings": VECTORS + np.inf, "filenames": NAMES}, "row 0 counting from 0 .'b.png'.: embedding_0 is inf"),
    ],
)
def test_datasets_that_do_not_fit_are_refused_with_those_in_the_file(
    tmp_path: Path, datasets: dict[str, Any], message: str
) -> None:
    with pytest.raises(FileFormatError, match=rf"embeddings\.h5.*{message}"):
        read_embeddings(hdf5(tmp_path, **datasets))


def test_values_in_another_file_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(24))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("embeddings", (3, 2), "<f4", external=[(str(tmp_path / "secret"), 0, 24)])
    with pytest.raises(FileFormatError, match=r"a\.h5, 'embeddings': the values are in another file"):
        read_embeddings(tmp_path / "a.h5")


def test_a_declared_but_missing_matrix_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("embeddings", (10**6, 10**3), "<f4", chunks=(100, 1000))
    with pytest.raises(FileFormatError, match=r"a\.h5 unpacks to 4,000,000,000 bytes"):
        read_embeddings(tmp_path / "a.h5")


@pytest.mark.parametrize("damage", [b"\xff" * 8, b"\0" * 8])
def test_sizes_that_a_damaged_list_of_names_declares_are_not_believed(tmp_path: Path, damage: bytes) -> None:
    path = hdf5(tmp_path, embeddings=VECTORS, filenames=NAMES)
    content = path.read_bytes()
    heap = content.index(b"GCOL")
    path.write_bytes(content[: heap + 24] + damage + content[heap + 32 :])
    with pytest.raises(FileFormatError, match=r"text \d counting from 0 is not in the file"):
        read_embeddings(path)
