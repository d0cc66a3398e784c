from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import DTypeLike
from pyarrow import feather

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_columnar_embeddings_are_read_from_vectors_and_from_numbered_columns(
    tmp_path: Path, dtype: DTypeLike, suffix: str
) -> None:
    values = np.array([[0.5, -1.25, 2.0], [1.0, 0.0, 4.5]], dtype=dtype)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), 3)
    numbered = {f"f{number}": values[:, number] for number in (2, 0, 1)}
    for columns in ({"embedding": vectors, "width": [8, 9]}, numbered):
        table, path = pa.table({"filename": ["a.png", "b.png"], **columns}), tmp_path / f"e{suffix}"
        pq.write_table(table, path) if suffix == ".parquet" else feather.write_feather(table, str(path))
        found = read_embeddings(path)
        assert (found.filenames, found.embeddings.dtype) == (["a.png", "b.png"], np.dtype(np.float32))
        np.testing.assert_array_equal(found.embeddings, values)


def test_numbered_columns_with_a_gap_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"filename": ["a.png"], "e_0": [1.0], "e_2": [2.0]}), tmp_path / "e.parquet")
    with pytest.raises(FileFormatError, match="without a gap; found 'e_0', 'e_2'"):
        read_embeddings(tmp_path / "e.parquet")
