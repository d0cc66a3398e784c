import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.wire.array_bundle import CONTENTS, read_bundle, write_bundle

TABLE = np.array([(2, 0.5)], [("row", np.int64), ("score", np.float32)])


def test_arrays_and_attributes_are_read_as_they_were_written(tmp_path: Path) -> None:
    arrays: dict[str, NDArray[Any]] = {
        "größe / 1": np.arange(6).reshape(2, 3),
        "empty": np.zeros((0, 4), np.float16),
        "table": TABLE,
    }
    with (tmp_path / "bundle").open("wb") as file:
        write_bundle(file, arrays, {"class_names": ["cat"]})
    read, attributes = read_bundle(tmp_path / "bundle")
    assert list(read) == list(arrays)
    assert attributes == {"class_names": ["cat"]}
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_a_python_object_is_not_written(tmp_path: Path) -> None:
    with (tmp_path / "bundle").open("wb") as file, pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_bundle(file, {"x": np.array([object()])}, {})


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ('{"names": [1], "attributes": {}}', "lists names and has an object of attributes"),
        ('{"names": [], "attributes": []}', "lists names and has an object of attributes"),
        ('{"names": ["x"], "attributes": {}}', "the body is not a bundle of arrays: .*0.npy"),
        ('{"names": []}', "the body is not a bundle of arrays: 'attributes'"),
        ("[]", "the body is not a bundle of arrays"),
        ("{", "the body is not a bundle of arrays|not JSON"),
    ],
)
def test_contents_that_describe_no_arrays_are_refused(tmp_path: Path, contents: str, message: str) -> None:
    with zipfile.ZipFile(tmp_path / "bundle", "w") as archive:
        archive.writestr(CONTENTS, contents)
    with pytest.raises(FileFormatError, match=message):
        read_bundle(tmp_path / "bundle")


def test_packed_members_are_refused_before_they_unfold(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTENTS, '{"names": [], "attributes": {}}')
    with pytest.raises(FileFormatError, match="stored, not compressed"):
        read_bundle(tmp_path / "bundle")
