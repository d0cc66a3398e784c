from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions


def parquet(tmp_path: Path, **columns: Any) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


@pytest.mark.parametrize("kind", [pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 2)])
def test_parquet_may_hold_a_column_of_lists(tmp_path: Path, kind: pa.DataType) -> None:
    path = parquet(tmp_path, filename=["a", "b"], probabilities=pa.array([[0.25, 0.75], [1, 0]], type=kind))
    np.testing.assert_array_equal(read_predictions(path).outputs, [[0.25, 0.75], [1, 0]])


def test_parquet_may_hold_a_column_per_class(tmp_path: Path) -> None:
    predictions = read_predictions(parquet(tmp_path, cat=[0.25, None], filename=["a", "b"], dog=[0.75, 1]))
    assert predictions.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [np.nan, 1]])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"cat": [1.0]}, "has no column 'filename' or another that names the images; its columns are 'cat'"),
        ({"filename": ["a", None], "cat": [1.0, 1]}, "1 cells of column 'filename' are empty; name every sample"),
        ({"filename": ["a"], "cat": ["high"]}, "No column holds probabilities or scores"),
        (
            {"filename": ["a", "b"], "p": [[1.0], [0.5, 0.5]]},
            "row 1 counting from 0 has 2 probabilities, the first has 1",
        ),
        ({"filename": ["a"], "p": [["x"]]}, "No column holds probabilities or scores"),
        ({"filename": ["a"]}, "No column holds probabilities or scores"),
        ({"filename": pa.array([], pa.string()), "cat": pa.array([], pa.float32())}, "has no rows"),
    ],
)
def test_a_bad_parquet_file_is_refused(tmp_path: Path, columns: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=rf"p\.parquet.*{message}"):
        read_predictions(parquet(tmp_path, **columns))
