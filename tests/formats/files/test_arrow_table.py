from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions


def parquet(tmp_path: Path, **columns: Any) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


def test_a_parquet_file_that_repeats_one_value_without_end_is_refused(tmp_path: Path) -> None:
    rows = 20_000_000
    path = parquet(tmp_path, filename=pa.repeat("a", rows), cat=pa.repeat(pa.scalar(0.5, pa.float32()), rows))
    with pytest.raises(
        FileFormatError, match=r"p\.parquet unpacks to 160,000,000 bytes or more, over 200 times its size"
    ):
        read_predictions(path)
