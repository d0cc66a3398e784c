import base64
import io
import zlib

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.packed_vector import vector_of


def packed(array: np.ndarray) -> str:
    file = io.BytesIO()
    np.save(file, array)
    return base64.b64encode(zlib.compress(file.getvalue())).decode()


def test_a_list_and_the_compressed_array_of_it_are_the_same_vector() -> None:
    text = packed(np.array([0.5, 0.25]))
    for value in ([0.5, 0.25], text, {"$binary": {"base64": text, "subType": "00"}}):
        assert vector_of("p.json", value).tolist() == [0.5, 0.25]


def test_a_text_that_is_no_array_and_an_array_that_is_no_vector_are_refused() -> None:
    with pytest.raises(FileFormatError, match=r"p\.json: the vector is neither a list nor a compressed array"):
        vector_of("p.json", "cat!")
    with pytest.raises(FileFormatError, match=r"p\.json: expected a vector of floats, found float64 of shape \(1, 2\)"):
        vector_of("p.json", packed(np.array([[0.5, 0.25]])))
