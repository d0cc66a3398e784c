from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_npy_of_any_float_is_read_as_float32_with_the_given_filenames(tmp_path: Path, dtype: DTypeLike) -> None:
    np.save(tmp_path / "e.npy", np.array([[1, 0.5], [2, 0.25]], dtype=dtype))
    table = read_embeddings(tmp_path / "e.npy", filenames=["a", "b"])
    assert table.filenames == ["a", "b"]
    assert table.embeddings.dtype == np.float32
    np.testing.assert_array_equal(table.embeddings, [[1, 0.5], [2, 0.25]])


def test_npy_without_filenames_has_none(tmp_path: Path) -> None:
    np.save(tmp_path / "e.npy", np.ones((2, 2)))
    assert read_embeddings(tmp_path / "e.npy").filenames is None


def test_npz_carries_filenames_and_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", embeddings=np.eye(2), filenames=np.array(["a", "b"]), labels=np.array([0, 1]))
    table = read_embeddings(tmp_path / "e.npz", filenames=["other", "names"])
    assert table.filenames == ["a", "b"]
    np.testing.assert_array_equal(table.embeddings, np.eye(2))
    np.testing.assert_array_equal(table.labels, [0, 1])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(6), r"expected one row per sample, shape \(rows, columns\), found shape \(6,\)"),
        (np.ones((2, 3, 2)), r"found shape \(2, 3, 2\)"),
        (np.ones((2, 3), dtype=int), r"expected floats, found int64; save it with array\.astype\('float32'\)"),
        (np.ones((2, 3), dtype=complex), r"expected floats, found complex128"),
        (np.array([[1, 2], [3, np.nan]]), r"row 1 counting from 0 \('b'\): embedding_1 is nan"),
        (np.array([[1, 2], [-np.inf, 3]]), r"row 1 counting from 0 \('b'\): embedding_0 is -inf"),
        (np.array([[1e300, 2], [1, 3]]), r"row 0 counting from 0 \('a'\): embedding_0 is inf; .* finite float32"),
        (np.ones((3, 2)), r"has 3 rows but 2 filenames were given"),
    ],
)
def test_a_bad_npy_is_refused_with_its_place_and_the_fix(tmp_path: Path, array: NDArray[Any], message: str) -> None:
    np.save(tmp_path / "e.npy", array)
    with pytest.raises(FileFormatError, match=message):
        read_embeddings(tmp_path / "e.npy", filenames=["a", "b"])


@pytest.mark.parametrize("shape", [(2, 1, 3), (2, 3, 1)])
def test_a_dimension_of_one_is_left_out(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    np.save(tmp_path / "e.npy", np.arange(6.0).reshape(shape))
    assert read_embeddings(tmp_path / "e.npy").embeddings.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_vectors_of_different_lengths_are_no_embeddings(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", a=np.ones(2), b=np.ones(3))
    with pytest.raises(FileFormatError, match=r"^e\.npz holds an array per image, of 2 different lengths"):
        read_embeddings(tmp_path / "e.npz")
