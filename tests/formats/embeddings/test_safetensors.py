import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings

BFLOAT16_OF_1_AND_MINUS_2 = np.array([0x3F80, 0xC000], "<u2")


def saved(path: Path, header: dict[str, Any], body: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)
    return path


def tensor(dtype: str, shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_a_matrix_beside_other_tensors_is_the_one_named_embeddings(tmp_path: Path) -> None:
    body = np.eye(2, dtype="<f4").tobytes() + np.ones((2, 3), "<f4").tobytes()
    header = {"embeddings": tensor("F32", [2, 2], 0, 16), "weights": tensor("F32", [2, 3], 16, 40)}
    table = read_embeddings(saved(tmp_path / "e.safetensors", header, body), filenames=["a", "b"])
    assert table.embeddings.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("F64", np.array([1, -2], "<f8")),
        ("F32", np.array([1, -2], "<f4")),
        ("F16", np.array([1, -2], "<f2")),
        ("BF16", BFLOAT16_OF_1_AND_MINUS_2),
    ],
)
def test_a_vector_per_image_is_read_from_every_type_of_floats(tmp_path: Path, dtype: str, values: Any) -> None:
    n_bytes = values.nbytes
    header = {
        "__metadata__": {"format": "pt"},
        "x/a.png": tensor(dtype, [2], 0, n_bytes),
        "b.png": tensor(dtype, [1, 2], 0, n_bytes),
    }
    table = read_embeddings(saved(tmp_path / "e.safetensors", header, values.tobytes()))
    assert table.filenames == ["x/a.png", "b.png"]
    assert table.embeddings.tolist() == [[1, -2], [1, -2]]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (tensor("F32", [2, 2], 0, 12), "damaged header .*do not fit"),
        (tensor("F32", [2, 2], 0, 1600), "damaged header"),
        (tensor("F32", [2, -2], 0, 16), "damaged header"),
        (tensor("F32", [2, 2], -16, 0), "damaged header"),
        (tensor("I64", [2, 1], 0, 16), "I64 is not a type of embeddings"),
        ({"dtype": "F32"}, "damaged header"),
        (tensor("F32", [2, 1, 2], 0, 16), None),
    ],
)
def test_a_tensor_that_does_not_lie_in_the_file_is_refused(
    tmp_path: Path, entry: dict[str, Any], message: str | None
) -> None:
    path = saved(tmp_path / "e.safetensors", {"a": entry}, bytes(16))
    if message is None:
        assert read_embeddings(path).embeddings.shape == (1, 4)
        return
    with pytest.raises(FileFormatError, match=rf"^e\.safetensors has a {message}|^e\.safetensors.*{message}"):
        read_embeddings(path)
